// The page around a generator: what is chosen on it, and how samples are shown.

const byId = id => document.getElementById(id);
const program = JSON.parse(byId('generator').textContent);
const {noise, inputs, outputs, classes, shape, image, low, high, columns, model} = program;
const WALL = 24, POINTS = 1000;
const FARTHEST = noise === 'normal' ? 3 : Math.sqrt(3);  // of a slider
const [channels, height, width] =
    !image ? [0, 0, 0] : shape.length === 3 ? shape : [1, shape[0], shape[1]];

function textOf(id) { return byId(id).textContent.trim(); }

function generatorOfPage() {
  const weights = bytesOfBase64(textOf('weights')), products = textOf('products');
  return new Generator(program, new Float32Array(weights.buffer),
                       products ? bytesOfBase64(products) : null);
}

let generator;
let seed = 0;
let base;                      // z of the seed
let directions;                // two, each as long as z and at right angles to the other
let pad = [0, 0];              // how far along them
let moved = new Map();         // numbers of z that a slider has set
let chosenClass = -1;          // -1: that of the seed
let walk = null;               // while animated: {from, to, share, next}
let shownAddress = '';

const zOfSeed = s => noiseOfSeed(noise === 'normal', s, 0, 1, inputs);
const classOfSeed = s => classes.length ? labelsOfSeed(s, 0, 1, classes.length)[0] : 0;
const labelOf = s => chosenClass >= 0 ? chosenClass : classOfSeed(s);

function directionsOf(s) {
  const z = noiseOfSeed(true, s, 1, 2, inputs), a = z.slice(0, inputs), b = z.slice(inputs);
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const unit = x => { const n = Math.sqrt(dot(x, x)) || 1; return x.map(value => value / n); };
  const first = unit(a), along = dot(first, b);
  return [first, unit(b.map((value, i) => value - along * first[i]))];
}

// --- z, and what is made of it ---------------------------------------------------------------------

// A straight line between two normal z passes where no z is; along the sphere it does not.
function between(from, to, share) {
  if (noise !== 'normal') return from.map((a, i) => a + share * (to[i] - a));
  const norm = x => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  const cosine = from.reduce((sum, a, i) => sum + a * to[i], 0) / (norm(from) * norm(to) || 1);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  if (Math.sin(angle) < 1e-4) return from.map((a, i) => a + share * (to[i] - a));
  const a = Math.sin((1 - share) * angle) / Math.sin(angle), b = Math.sin(share * angle) / Math.sin(angle);
  return from.map((v, i) => a * v + b * to[i]);
}

function currentZ() {
  if (walk) return between(walk.from, walk.to, walk.share);
  const reach = FARTHEST * Math.sqrt(inputs) / 2;
  const z = base.map((v, i) => v + reach * (pad[0] * directions[0][i] + pad[1] * directions[1][i]));
  if (noise !== 'normal') z.forEach((v, i) => { z[i] = Math.max(-FARTHEST, Math.min(FARTHEST, v)); });
  for (const [i, value] of moved) z[i] = value;
  return z;
}

function labelsFor(n) { return classes.length ? new Array(n).fill(labelOf(seed)) : null; }

// --- How samples are shown -------------------------------------------------------------------------

const byteOf = value => Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))));

function pixelsOf(x, first = 0) {
  const size = width * height, data = new ImageData(width, height);
  const at = (c, i) => byteOf(x[first + c * size + i]);
  for (let i = 0; i < size; ++i) {
    const colour = channels >= 3;
    for (let c = 0; c < 3; ++c) data.data[4 * i + c] = at(colour ? c : 0, i);
    data.data[4 * i + 3] = channels === 4 ? at(3, i) : 255;
  }
  return data;
}

function drawImage(canvas, x, first) {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d').putImageData(pixelsOf(x, first), 0, 0);
}

const points = !image && outputs === 2;
let cloud = null;  // samples of other z, behind the one that is shown

function drawPoints(canvas, x) {
  const side = canvas.width = canvas.height = 600, c = canvas.getContext('2d');
  const style = getComputedStyle(document.documentElement);
  const ends = [0, 1].map(k => {
    const values = Array.from({length: POINTS}, (_, i) => cloud[2 * i + k]);
    const least = Math.min(...values), most = Math.max(...values);
    return [least - .1 * (most - least), most + .1 * (most - least)];
  });
  const place = (value, k) => (value - ends[k][0]) / (ends[k][1] - ends[k][0] || 1) * side;
  const dot = (from, at, radius) => {
    c.beginPath();
    c.arc(place(from[at], 0), side - place(from[at + 1], 1), radius, 0, 7);
    c.fill();
  };
  c.clearRect(0, 0, side, side);
  c.fillStyle = style.getPropertyValue('--quiet');
  for (let i = 0; i < POINTS; ++i) dot(cloud, 2 * i, 2);
  c.fillStyle = style.getPropertyValue('--accent');
  dot(x, 0, 9);
}

function showNumbers(x) {
  const rows = Array.from(x, (value, i) => {
    const row = document.createElement('tr'), name = document.createElement('th');
    name.textContent = columns[i] ?? `x${i + 1}`;
    const cell = document.createElement('td');
    cell.textContent = value.toPrecision(6);
    row.append(name, cell);
    return row;
  });
  byId('sample').replaceChildren(...rows);
}

function show(x) {
  if (image) drawImage(byId('sample'), x, 0);
  else if (points) drawPoints(byId('sample'), x);
  else showNumbers(x);
}

// --- Drawing, at most once a frame -----------------------------------------------------------------

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show(generator.generate(Float32Array.from(currentZ()), labelsFor(1), 1));
  });
}

function say() {
  const name = classes.length ? `, class ${classes[labelOf(seed)]}` : '';
  const off = !walk && (pad[0] || pad[1] || moved.size) ? ', moved' : '';
  byId('status').textContent = `seed ${seed}${name}${off}`;
  for (const tile of byId('wall').children)
    tile.setAttribute('aria-pressed', String(Number(tile.dataset.seed) === seed && !off));
  const address = `#seed=${seed}` + (chosenClass >= 0 ? `&class=${chosenClass}` : '');
  if (address === shownAddress) return;
  shownAddress = address;
  try {
    history.replaceState(null, '', address);
  } catch {
    // Some browsers forbid it in frames, and limit how often: the page works without.
  }
}

function setPad(x, y) {
  pad = [x, y].map(v => Math.max(-1, Math.min(1, v)));
  byId('dot').style.left = `${50 + 50 * pad[0]}%`;
  byId('dot').style.top = `${50 - 50 * pad[1]}%`;
  redraw();
  showSliders();
  say();
}

function showSliders() {
  const z = currentZ();
  [...byId('numbers').querySelectorAll('input')].forEach((slider, i) => { slider.value = z[i]; });
}

function setSeed(s) {
  walk = null;
  byId('animate').setAttribute('aria-pressed', 'false');
  seed = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.floor(Number(s)) || 0));
  base = zOfSeed(seed);
  directions = directionsOf(seed);
  moved.clear();
  byId('seed').value = seed;
  setPad(0, 0);
}

// --- The wall --------------------------------------------------------------------------------------

let wallEnd = 0;        // seeds below it are shown
let wallFilling = 0;    // a number for each time that it is filled; only the newest goes on
async function fillWall(anew) {
  if (!image) return void (byId('others').hidden = true);
  const filling = ++wallFilling, wall = byId('wall');
  if (anew) {
    wallEnd = 0;
    wall.replaceChildren();
  }
  for (const end = (Math.floor(wallEnd / WALL) + 1) * WALL; wallEnd < end;) {
    const s = wallEnd++, tile = document.createElement('button'), canvas = document.createElement('canvas');
    tile.dataset.seed = s;
    tile.setAttribute('aria-label', `seed ${s}`);
    tile.addEventListener('click', () => setSeed(s));
    const labels = classes.length ? [labelOf(s)] : null;
    drawImage(canvas, generator.generate(zOfSeed(s), labels, 1), 0);
    tile.append(canvas);
    wall.append(tile);
    if (s % 8 !== 7) continue;
    await new Promise(later => setTimeout(later));  // the page stays usable
    if (filling !== wallFilling) return;
  }
  say();
}

// --- Animation: from seed to seed ------------------------------------------------------------------

let lastFrame = 0;
function step(now) {
  if (!walk) return;
  walk.share += Math.min(.1, (now - lastFrame) / 1000) * byId('speed').value / 6;
  lastFrame = now;
  if (walk.share >= 1) {
    seed = walk.next;
    byId('seed').value = seed;
    walk = {from: walk.to, to: zOfSeed(seed + 1), share: walk.share - 1, next: seed + 1};
    say();
  }
  show(generator.generate(Float32Array.from(currentZ()), labelsFor(1), 1));
  requestAnimationFrame(step);
}

// Back to the seed that was passed last.
function stopWalk() {
  if (walk) setSeed(seed);
}

function startWalk() {
  const from = Float32Array.from(currentZ());
  walk = {from, to: zOfSeed(seed + 1), share: 0, next: seed + 1};
  byId('animate').setAttribute('aria-pressed', 'true');
  lastFrame = performance.now();
  requestAnimationFrame(step);
}

// --- What a person does ----------------------------------------------------------------------------

function listen() {
  byId('seed').addEventListener('change', e => setSeed(e.target.value));
  byId('previous').addEventListener('click', () => setSeed(seed - 1));
  byId('next').addEventListener('click', () => setSeed(seed + 1));
  byId('random').addEventListener('click', () => setSeed(Math.floor(Math.random() * 4294967296)));
  byId('animate').addEventListener('click', () => walk ? setSeed(seed) : startWalk());
  byId('more').addEventListener('click', () => fillWall(false));
  byId('class').addEventListener('change', e => {
    chosenClass = Number(e.target.value);
    fillWall(true);
    redraw();
    say();
  });
  byId('download').addEventListener('click', e => {
    if (!image && !points) return e.preventDefault();
    e.currentTarget.href = byId('sample').toDataURL('image/png');
    e.currentTarget.download = `${model}-${seed}.png`;
  });
  const area = byId('pad');
  const follow = e => {
    const box = area.getBoundingClientRect();
    stopWalk();
    setPad(2 * (e.clientX - box.left) / box.width - 1, 1 - 2 * (e.clientY - box.top) / box.height);
  };
  area.addEventListener('pointerdown', e => { area.setPointerCapture(e.pointerId); follow(e); });
  area.addEventListener('pointermove', e => { if (area.hasPointerCapture(e.pointerId)) follow(e); });
  area.addEventListener('keydown', e => {
    const by = {ArrowLeft: [-.05, 0], ArrowRight: [.05, 0], ArrowUp: [0, .05], ArrowDown: [0, -.05]}[e.key];
    if (!by && e.key !== 'Home') return;
    e.preventDefault();
    stopWalk();
    if (by) setPad(pad[0] + by[0], pad[1] + by[1]); else setPad(0, 0);
  });
}

function addSliders() {
  for (let i = 0; i < inputs; ++i) {
    const label = document.createElement('label'), slider = document.createElement('input');
    Object.assign(slider, {type: 'range', min: -FARTHEST, max: FARTHEST, step: .01});
    slider.addEventListener('input', () => {
      const value = Number(slider.value);
      stopWalk();
      moved.set(i, value);
      slider.value = value;
      redraw();
      say();
    });
    label.append(`z${i + 1}`, slider);
    byId('numbers').append(label);
  }
}

function addClasses() {
  if (!classes.length) return;
  byId('class-label').hidden = false;
  ['that of the seed', ...classes].forEach((name, i) => byId('class').add(new Option(name, i - 1)));
  byId('class').value = chosenClass;
}

function begin() {
  const asked = new URLSearchParams(location.hash.slice(1));
  generator = generatorOfPage();
  const shown = document.createElement(image || points ? 'canvas' : 'table');
  shown.id = 'sample';
  if (image || points) {
    shown.setAttribute('role', 'img');
    shown.setAttribute('aria-label', 'the sample');
  }
  byId('shown').append(shown);
  byId('download').hidden = !image && !points;
  if (points)
    cloud = generator.generate(noiseOfSeed(noise === 'normal', 0, 0, POINTS, inputs),
                               classes.length ? labelsOfSeed(0, 0, POINTS, classes.length) : null, POINTS);
  const wanted = asked.has('class') ? Number(asked.get('class')) : -1;
  if (Number.isInteger(wanted) && wanted < classes.length) chosenClass = Math.max(-1, wanted);
  addClasses();
  addSliders();
  listen();
  setSeed(asked.get('seed') ?? 0);
  fillWall(true);
  addEventListener('hashchange', () => {
    const wanted = new URLSearchParams(location.hash.slice(1)).get('seed');
    if (wanted !== null && location.hash !== shownAddress) setSeed(wanted);
  });
}

try {
  begin();
} catch (error) {
  byId('failed').textContent = `The generator cannot be run here: ${error.message}`;
}
