// The page of gan watch: runs beside each other, their samples, findings and settings. words.js,
// curves.js and game.js are loaded before it.
'use strict';

const {token: TOKEN, pageToken: PAGE_TOKEN} = document.currentScript.dataset;
const COLOURS = ['#3b82d0', '#e07b39', '#3aa76d', '#c04c8b', '#8a6fd1', '#9a8a2c', '#2fa3a8', '#c25450'];
const byId = id => document.getElementById(id);
const address = (path, params = {}) => `${path}?${new URLSearchParams({...params, token: TOKEN})}`;

// --- What is shown -----------------------------------------------------------------------------------

let runs = [];               // of the list
const chosen = new Set();    // ids
const loaded = new Map();    // id -> what /run says

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
