// The charts of the page of gan watch: the curves of the chosen runs, and the steps that they show.
// watch.js holds the runs and calls this.
'use strict';

// Which chart a number belongs to; the first that fits.
const GROUPS = [
  ['losses', /^[dg]_loss$/], ['answers', /^D\(/], ['gradients', /gradient|norm/], ['dead', /dead/],
  ['modes', /^(modes|within|spread_within|stacked_|kl$)/], ['scores', /^score$|_valid$|^two_sample/],
  ['doctor', /^(spread|width|crowd|covered|inside|z_effect|d_overfit)/], ['others', /./],
];

let range = null;            // of steps, or the whole
const charts = new Map();    // group/number -> Chart

const findingLines = {
  id: 'findingLines',
  afterDraw({ctx, chartArea: {top, bottom}, scales: {x}}) {
    ctx.save();
    ctx.setLineDash([4, 4]);
    for (const run of shown())
      for (const {from} of run.findings) {
        if (from < x.min || from > x.max) continue;
        ctx.strokeStyle = colourOf(run.id);
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(from), top);
        ctx.lineTo(x.getPixelForValue(from), bottom);
        ctx.stroke();
      }
    ctx.restore();
  },
};

// A drag over a chart chooses steps for all of them; so do the two numbers above.
function zoomOnDrag(canvas) {
  let begin = null;
  const scale = () => charts.get(canvas.dataset.group).scales.x;
  const stepAt = event => scale().getValueForPixel(event.clientX - canvas.getBoundingClientRect().left);
  canvas.addEventListener('pointerdown', event => {
    begin = stepAt(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointercancel', () => { begin = null; });
  canvas.addEventListener('pointerup', event => {
    if (begin === null) return;
    const ends = [begin, stepAt(event)].sort((a, b) => a - b), {min, max} = scale();
    begin = null;
    if (ends[1] - ends[0] < (max - min) / 50) return;  // a click
    setRange(Math.max(0, Math.round(ends[0])), Math.round(ends[1]));
  });
}

function setRange(first, last) {
  range = first !== null && last !== null && first < last ? [first, last] : null;
  [byId('first').value, byId('last').value] = range ?? ['', ''];
  showCharts();
}

function newChart(group) {
  const box = textElement('div', '', 'chart'), canvas = document.createElement('canvas');
  canvas.dataset.group = group;
  canvas.setAttribute('role', 'img');
  box.append(canvas);
  byId('charts').append(box);
  zoomOnDrag(canvas);
  const style = getComputedStyle(document.documentElement);
  const quiet = style.getPropertyValue('--quiet').trim(), line = style.getPropertyValue('--line').trim();
  const axis = {ticks: {color: quiet}, grid: {color: line}};
  return new Chart(canvas, {
    type: 'line', data: {datasets: []}, plugins: [findingLines],
    options: {
      animation: false, parsing: false, maintainAspectRatio: false, spanGaps: false,
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      elements: {point: {radius: 0, hitRadius: 6}, line: {borderWidth: 1.5}},
      scales: {x: {type: 'linear', ...axis}, y: {...axis}},
      plugins: {legend: {labels: {color: quiet, boxWidth: 12}}, title: {display: true, color: quiet, font: {weight: 'normal'}}},
    },
  });
}

// Of several runs, the colour is the run's, and the line says which number it is.
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const lineOf = (name, i) => `${['——', '– –', '····', '– ·'][i % DASHES.length]} ${name}`;

// Like numbers share a chart; scores, which have units of their own, do not.
function groupOf(name) {
  const group = GROUPS.find(([, pattern]) => pattern.test(name))[0];
  return ['scores', 'others', 'doctor', 'modes'].includes(group) ? `${group}/${name}` : group;
}

function linesByGroup() {
  const groups = new Map();
  for (const run of shown())
    for (const [name, points] of Object.entries(run.curves)) {
      const group = groupOf(name);
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push({run, name, points});
    }
  const rank = key => GROUPS.findIndex(([name]) => name === key.split('/')[0]);
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

function showCharts() {
  const groups = linesByGroup();
  for (const [group, chart] of charts)
    if (!groups.some(([key]) => key === group)) {
      chart.canvas.parentElement.remove();
      chart.destroy();
      charts.delete(group);
    }
  for (const [group, lines] of groups) {
    if (!charts.has(group)) charts.set(group, newChart(group));
    const chart = charts.get(group), [kind, name] = group.split('/');
    const names = [...new Set(lines.map(l => l.name))];
    chart.data.datasets = lines.map(({run, name, points}) => ({
      label: chosen.size > 1 ? `${run.id}: ${name}` : name,
      data: points.map(([x, y]) => ({x, y: y === null ? NaN : y})),
      borderColor: chosen.size > 1 ? colourOf(run.id) : COLOURS[names.indexOf(name) % COLOURS.length],
      borderDash: chosen.size > 1 ? DASHES[names.indexOf(name) % DASHES.length] : [],
      pointRadius: points.length < 40 ? 2 : 0,
    }));
    const caption = word('groups')[kind];
    const title = name ?? (chosen.size > 1 ? `${caption} ${names.map(lineOf).join(', ')}` : caption);
    chart.options.plugins.title.text = wrapped(title, 52);
    chart.options.plugins.legend.display = chosen.size === 1 && names.length > 1;
    chart.canvas.setAttribute('aria-label', name ? `${caption}: ${name}` : caption);
    Object.assign(chart.options.scales.x, range ? {min: range[0], max: range[1]} : {min: undefined, max: undefined});
    chart.update();
  }
  byId('whole').hidden = !range;
}

function wrapped(text, width) {
  const lines = [''];
  for (const part of text.split(' ')) {
    if ((lines.at(-1) + part).length > width) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) ? ' ' : '') + part;
  }
  return lines;
}
