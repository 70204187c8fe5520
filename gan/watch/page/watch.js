// The page of gan watch: runs beside each other, their curves, samples, findings and settings.
'use strict';

const {token: TOKEN, pageToken: PAGE_TOKEN} = document.currentScript.dataset;
const COLOURS = ['#3b82d0', '#e07b39', '#3aa76d', '#c04c8b', '#8a6fd1', '#9a8a2c', '#2fa3a8', '#c25450'];
const byId = id => document.getElementById(id);
const address = (path, params = {}) => `${path}?${new URLSearchParams({...params, token: TOKEN})}`;

// --- Words -------------------------------------------------------------------------------------------

const WORDS = {
  en: {
    runs: 'Runs', curves: 'Curves', samples: 'Samples', findings: 'What was found', settings: 'Settings that differ',
    log: 'Pages and log', nearest: 'beside their nearest training examples', newest: 'the newest lines of metrics.jsonl',
    zoom: 'Drag over a chart to zoom. A dashed line marks a finding.', whole: 'Whole length', play: 'Play',
    lost: 'no answer from gan watch; this page tries again', live: 'up to date',
    closed: 'gan watch was started anew, or too many pages are open: open the address that it prints',
    nothing: 'nothing was found', alike: 'All settings are the same.', one: 'Choose two runs to see what differs.',
    none: 'There is no run here yet.', noSamples: 'no picture yet', first: 'First step', last: 'Last step',
    step: n => `step ${n}`, since: (from, to) => `from step ${from}` + (to === null ? '' : ` to ${to}`),
    ago: s => s < 120 ? `${s} s ago` : s < 7200 ? `${Math.round(s / 60)} min ago` : `${Math.round(s / 3600)} h ago`,
    groups: {
      losses: 'Losses. When one side wins, its loss falls and the other one rises.',
      answers: 'What D says of real data, D(x), and of samples, D(G(z)). At 0.5 it cannot tell.',
      gradients: 'Size of the gradients. Zero: nothing is learned; growth without end: the training diverges.',
      dead: 'Share of units that never fire.',
      scores: 'Scores on held-out data', modes: 'Modes of the data that samples show',
      doctor: 'What the doctor measures', others: 'Other numbers',
    },
  },
  zh: {
    runs: '训练', curves: '曲线', samples: '样本', findings: '发现的问题', settings: '不同的设置',
    log: '页面与日志', nearest: '与最近的训练样本并排', newest: 'metrics.jsonl 的最后几行',
    zoom: '在图上拖动可放大。虚线标出发现的问题。', whole: '显示全程', play: '播放',
    lost: 'gan watch 没有回应，页面会自动重试', live: '已是最新', nothing: '没有发现问题',
    alike: '所有设置都相同。', one: '选择两次训练，即可比较设置。', none: '这里还没有训练。',
    closed: 'gan watch 已重新启动，或打开的页面太多：请打开它打印的地址', first: '起始步', last: '结束步',
    noSamples: '还没有图片', step: n => `第 ${n} 步`,
    since: (from, to) => to === null ? `从第 ${from} 步起` : `从第 ${from} 步到第 ${to} 步`,
    ago: s => s < 120 ? `${s} 秒前` : s < 7200 ? `${Math.round(s / 60)} 分钟前` : `${Math.round(s / 3600)} 小时前`,
    groups: {
      losses: '损失。一方占上风时，它的损失下降，另一方的损失上升。',
      answers: 'D 对真实数据的判断 D(x) 和对样本的判断 D(G(z))。0.5 表示分辨不出。',
      gradients: '梯度的大小。为零：什么也学不到；不断增长：训练发散。',
      dead: '从不激活的单元所占比例。',
      scores: '在留出数据上的得分', modes: '样本覆盖的数据模式', doctor: '训练诊断的测量值', others: '其他数值',
    },
  },
};
let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
const word = key => WORDS[language][key];

// Which chart a number belongs to; the first that fits.
const GROUPS = [
  ['losses', /^[dg]_loss$/], ['answers', /^D\(/], ['gradients', /gradient|norm/], ['dead', /dead/],
  ['modes', /^(modes|within|spread_within|stacked_|kl$)/], ['scores', /^score$|_valid$|^two_sample/],
  ['doctor', /^(spread|width|crowd|covered|inside|z_effect|d_overfit)/], ['others', /./],
];

// --- What is shown -----------------------------------------------------------------------------------

let runs = [];               // of the list
const chosen = new Set();    // ids
const loaded = new Map();    // id -> what /run says
let range = null;            // of steps, or the whole
const charts = new Map();    // group/number -> Chart

const colourOf = id => COLOURS[[...chosen].indexOf(id) % COLOURS.length];
const shown = () => [...chosen].map(id => loaded.get(id)).filter(run => run);

function textElement(tag, text, className = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

const rows = new Map();  // id -> {label, box, swatch, note}; they stay, and with them the keyboard's focus

function newRow(id) {
  const label = document.createElement('label'), box = document.createElement('input');
  const swatch = textElement('span', '', 'swatch'), note = textElement('span', '', 'quiet');
  box.type = 'checkbox';
  box.addEventListener('change', () => {
    if (box.checked) chosen.add(id); else chosen.delete(id);
    update();
  });
  label.append(box, swatch, textElement('span', id), note);
  return {label, box, swatch, note};
}

const numeral = number => number.toLocaleString(language);

function showRuns() {
  for (const [id, {label}] of rows)
    if (!runs.some(run => run.id === id)) { label.remove(); rows.delete(id); }
  runs.forEach(({id, step, changed}, i) => {
    if (!rows.has(id)) rows.set(id, newRow(id));
    const {label, box, swatch, note} = rows.get(id), place = byId('runs').children[i];
    if (place !== label) byId('runs').insertBefore(label, place ?? null);
    box.checked = chosen.has(id);
    swatch.style.background = chosen.has(id) ? colourOf(id) : 'transparent';
    note.textContent = `${word('step')(numeral(step))}, ${word('ago')(changed)}`;
  });
  byId('none').hidden = runs.length > 0;
}

// --- Curves ------------------------------------------------------------------------------------------

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

// --- Samples: one slider for all runs ----------------------------------------------------------------

const stepOf = name => Number(/\d+/.exec(name)[0]);

// A button that moves a slider to its end, and stops. show() may take its time.
function playOver(button, slider, show) {
  let playing = false;
  const stop = () => {
    playing = false;
    button.setAttribute('aria-pressed', 'false');
  };
  button.addEventListener('click', async () => {
    if (playing) return stop();
    if (slider.value === slider.max) slider.value = 0;
    playing = true;
    button.setAttribute('aria-pressed', 'true');
    while (playing && slider.value !== slider.max) {
      await new Promise(later => setTimeout(later, 400));
      if (!playing) return;
      slider.value = Number(slider.value) + 1;
      await show();
    }
    stop();
  });
}
const isPlaying = id => byId(id).getAttribute('aria-pressed') === 'true';

function steps() {
  return [...new Set(shown().flatMap(run => run.samples.map(stepOf)))].sort((a, b) => a - b);
}

function pictureOf(run, name, text, version = run.version) {
  const image = document.createElement('img');
  image.src = address('picture', {id: run.id, name, version});
  image.alt = text;
  return image;
}

function showSamples(atEnd) {
  const all = steps(), slider = byId('step');
  const last = all.length - 1, wasLast = Number(slider.value) === Number(slider.max);
  slider.max = Math.max(0, last);
  if (atEnd && wasLast) slider.value = slider.max;
  const step = all[Math.min(last, Number(slider.value))];
  const figures = shown().flatMap(run => {
    const name = run.samples.filter(sample => stepOf(sample) <= step).at(-1);
    const figure = document.createElement('figure');
    const caption = name ? `${run.id}, ${word('step')(numeral(stepOf(name)))}` : `${run.id}: ${word('noSamples')}`;
    figure.append(textElement('figcaption', caption, 'quiet'));
    if (name) figure.append(pictureOf(run, name, caption));
    if (!run.nearest || step !== all[last]) return [figure];
    const nearest = document.createElement('figure'), says = `${run.id}: ${word('nearest')}`;
    nearest.append(textElement('figcaption', says, 'quiet'), pictureOf(run, 'nearest.png', says, run.nearest));
    return [figure, nearest];
  });
  slider.setAttribute('aria-valuetext', word('step')(numeral(step ?? 0)));
  byId('samples').replaceChildren(...figures);
}

// --- Findings, settings ------------------------------------------------------------------------------

function showFindings() {
  const rows = shown().flatMap(run => run.findings.map(({name, from, to, text, done}) => {
    const row = document.createElement('li');
    const when = word('since')(numeral(from), to === null ? null : numeral(to));
    row.append(textElement('strong', `${run.id}: ${name}`, to === null ? 'open' : ''),
               textElement('span', `, ${when}. ${text}${done ? ` ${done}` : ''}`));
    return row;
  }));
  byId('findings').replaceChildren(...(rows.length ? rows : [textElement('li', word('nothing'), 'quiet')]));
}

// "section.key" -> its text. A value may go on over several lines, as lists of layers do.
function settingsOf(config) {
  const out = new Map();
  let section = '', key = '';
  for (const line of config.split('\n')) {
    const head = /^\[(.*)\]$/.exec(line), pair = /^([\w-]+) = (.*)$/.exec(line);
    if (head) { section = `${head[1]}.`; key = ''; }
    else if (pair) out.set(key = section + pair[1], pair[2]);
    else if (key && line.trim()) out.set(key, `${out.get(key)}\n${line.trim()}`);
  }
  return out;
}

function showSettings() {
  const all = shown(), box = byId('settings');
  if (all.length < 2) return box.replaceChildren(textElement('p', word('one')));
  const settings = all.map(run => settingsOf(run.config));
  const keys = [...new Set(settings.flatMap(map => [...map.keys()]))]
                   .filter(key => new Set(settings.map(map => map.get(key))).size > 1);
  if (!keys.length) return box.replaceChildren(textElement('p', word('alike')));
  const table = document.createElement('table'), head = document.createElement('tr');
  head.append(textElement('th', ''), ...all.map(run => textElement('th', run.id)));
  table.append(head, ...keys.map(key => {
    const row = document.createElement('tr');
    row.append(textElement('th', key), ...settings.map(map => textElement('td', map.get(key) ?? '')));
    return row;
  }));
  box.replaceChildren(table);
}

// --- Pages that gan wrote, and the newest numbers ----------------------------------------------------

const logs = new Map();  // id -> {details, summary, pre}; they stay, and with them what was opened and scrolled

function newLog(id) {
  const details = document.createElement('details'), summary = textElement('summary', ''), pre = textElement('pre', '');
  details.append(summary, pre);
  details.addEventListener('toggle', () => orSayLost(fillLog(id)));
  return {details, summary, pre};
}

async function fillLog(id) {
  const {details, pre} = logs.get(id);
  if (!details.open) return;
  const text = (await ask('log', {id}))?.lines.join('\n') ?? '';
  if (pre.textContent !== text) pre.textContent = text;
}

function showLogs() {
  byId('pages').replaceChildren(...shown().flatMap(run => run.pages.map(name => {
    const link = textElement('a', `${run.id}/${name}`);
    link.href = `page?${new URLSearchParams({id: run.id, name, token: PAGE_TOKEN})}`;
    link.target = '_blank';
    return link;
  })));
  const ids = shown().map(run => run.id);
  for (const [id, {details}] of logs) if (!ids.includes(id)) { details.remove(); logs.delete(id); }
  for (const id of ids) {
    if (!logs.has(id)) logs.set(id, newLog(id));
    const {details, summary} = logs.get(id);
    summary.textContent = `${id}: ${word('newest')}`;
    if (!details.isConnected) byId('logs').append(details);
    orSayLost(fillLog(id));
  }
}

// --- What is new -------------------------------------------------------------------------------------

async function ask(path, params) {
  const answer = await fetch(address(path, params));
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

let updating = false, again = false, opened = false;
async function update() {
  if (updating) return void (again = true);
  updating = true;
  try {
    runs = (await ask('runs')).runs;
    const there = new Set(runs.map(run => run.id));
    for (const id of [...chosen]) if (!there.has(id)) { chosen.delete(id); loaded.delete(id); }
    if (!opened && runs.length) { opened = true; chosen.add(runs[0].id); }
    await Promise.all([...chosen].map(async id => {
      const run = await ask('run', {id});
      if (run) loaded.set(id, run); else loaded.delete(id);
    }));
    showAll();
    setState('live');
  } catch (error) {
    setState(events?.readyState === EventSource.CLOSED ? 'closed' : 'lost');
    setTimeout(update, 2000);
  }
  updating = false;
  if (again) { again = false; update(); }
}

function showAll() {
  showRuns();
  showCharts();
  showSamples(!isPlaying('play'));
  orSayLost(showGame(!isPlaying('game-play')));
  showFindings();
  showSettings();
  showLogs();
}

// Of what asks the server, which may have ended: then all is asked again.
const orSayLost = asked => asked.catch(() => {
  setState('lost');
  setTimeout(update, 2000);
});

let state = '';
function setState(name) {
  if (state === name + language) return;  // said once
  state = name + language;
  byId('state').textContent = word(name);
  byId('state').className = name === 'live' ? 'quiet' : 'lost';
}

function showWords() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = word(element.dataset.text);
  showGameWords();
  const other = language === 'en' ? ['中文', 'zh'] : ['English', 'en'];
  [byId('language').textContent, byId('language').lang] = other;
}

byId('language').addEventListener('click', () => {
  language = language === 'en' ? 'zh' : 'en';
  showWords();
  setState('live');
  showAll();
});
byId('whole').addEventListener('click', () => setRange(null, null));
for (const id of ['first', 'last'])
  byId(id).addEventListener('change', () => {
    const [first, last] = ['first', 'last'].map(end => byId(end).value === '' ? null : Number(byId(end).value));
    if (first !== null && last !== null) setRange(first, last);
  });
byId('step').addEventListener('input', () => showSamples(false));
playOver(byId('play'), byId('step'), () => showSamples(false));
prepareGame();
setInterval(() => { for (const run of runs) ++run.changed; showRuns(); }, 1000);

// A page that nobody sees keeps no connection: a browser has few for each server.
let events = null;
function listen() {
  if (document.hidden) {
    events?.close();
    events = null;
    return;
  }
  events = new EventSource(address('events'));
  events.onopen = update;
  events.onmessage = update;
  events.onerror = () => setState(events?.readyState === EventSource.CLOSED ? 'closed' : 'lost');
}
document.addEventListener('visibilitychange', listen);
showWords();
listen();
update();
