// The game on a toy: the paper's figure 1, and the same in two dimensions. Used by watch.js.
'use strict';

const GAME_WORDS = {
  en: {
    game: 'The game', earlier: 'Step back', later: 'Step forward',
    parts: {data: 'data', samples: 'samples G(z)', surface: 'what D thinks', arrows: 'where G moves them', noise: 'noise z'},
    one: 'The lower lines show how G turns noise z into samples x. Where the lines crowd, samples are frequent (green). '
       + 'The data are dotted. D is the dashed blue line. In the end the green and the dotted line are the same, and D is 0.5 '
       + 'wherever there are data: it cannot tell.',
    best: 'The light blue line is the best answer that any D could give to this G.',
    two: 'Background: blue where D thinks that it sees data, red where it thinks that it sees a sample, grey where it cannot '
       + 'tell. White dots with a black rim are data. Coloured dots are samples; each has the colour of the noise z (small '
       + 'picture) that G made it from. Lines show where G’s gradient moves samples; a longer line is a stronger pull. In the '
       + 'end the dots lie on the data, and the background is grey there.',
    first: n => n > 2 ? `The small picture shows the first 2 of ${n} numbers of z.` : '',
    keep: 'The run keeps few checkpoints. Train with --set run.checkpoint_every=500 --set run.keep_every=500 to have more to step through.',
    sees: (step, data, samples) => `step ${step}: D gives data ${data} and samples ${samples} on average; 0.5 means that it cannot tell`,
  },
  zh: {
    game: '博弈', earlier: '上一步', later: '下一步',
    parts: {data: '数据', samples: '样本 G(z)', surface: 'D 的判断', arrows: 'G 移动样本的方向', noise: '噪声 z'},
    one: '下方的线表示 G 如何把噪声 z 变成样本 x；线越密，样本越多（绿线）。点线是数据，蓝色虚线是 D。最后绿线与点线重合，'
       + '有数据的地方 D 都为 0.5，也就是分辨不出真假。',
    best: '浅蓝线是针对当前 G 的最优 D。',
    two: '背景：蓝色表示 D 认为是数据，红色表示 D 认为是样本，灰色表示分辨不出。带黑边的白点是数据。彩色点是样本，颜色由生成它的噪声 z'
       + '（小图）决定。线段表示 G 的梯度把样本推向哪里；线段越长，推力越强。最后样本与数据重合，那里的背景变灰。',
    first: n => n > 2 ? `小图只画出 z 的 ${n} 个数中的前两个。` : '',
    keep: '这次训练保留的检查点很少。训练时加上 --set run.checkpoint_every=500 --set run.keep_every=500，就能查看更多步。',
    sees: (step, data, samples) => `第 ${step} 步：D 的平均输出，对数据为 ${data}，对样本为 ${samples}；0.5 表示分辨不出`,
  },
};

const TOY_SIZE = 460, NOISE_SIZE = 130;            // pixels of the pictures
const FEW_CHECKPOINTS = 4;
const drawn = new Map();                            // run/step -> what /game says, or its refusal
const shownParts = new Set(['data', 'samples', 'surface', 'arrows']);

// A canvas of so many pixels of the page, and its context in those units.
function sharpCanvas(width, height, label) {
  const canvas = document.createElement('canvas'), ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `min(100%, ${width}px)`;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  return [canvas, context];
}

// Red for a sample (0), grey for "cannot tell" (0.5), blue for data (1).
function colourOfAnswer(d) {
  const grey = [150, 152, 158], end = d < 0.5 ? [214, 72, 60] : [52, 116, 214], far = Math.abs(d - 0.5) * 2;
  return grey.map((value, i) => value + (end[i] - value) * far);
}

const hueOfNoise = z => z.length === 1 ? `hsl(${200 + 60 * Math.tanh(z[0])} 85% 60%)`
                                       : `hsl(${Math.atan2(z[1], z[0]) * 180 / Math.PI} 85% 58%)`;

function dot(context, x, y, radius, colour, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  if (!rim) return;
  context.strokeStyle = rim;
  context.stroke();
}

function pathThrough(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
  context.stroke();
}

// --- In two dimensions -------------------------------------------------------------------------------

function drawSurface(context, game) {
  const n = game.surface.length, small = document.createElement('canvas');
  small.width = small.height = n;
  const pixels = small.getContext('2d').createImageData(n, n);
  game.surface.forEach((row, i) => row.forEach((d, j) => {
    const at = ((n - 1 - i) * n + j) * 4;  // pictures begin at the top
    pixels.data.set([...colourOfAnswer(d), 255], at);
  }));
  small.getContext('2d').putImageData(pixels, 0, 0);
  context.globalAlpha = 0.75;
  context.drawImage(small, 0, 0, TOY_SIZE, TOY_SIZE);
  context.globalAlpha = 1;
}

function drawPlane(game, label) {
  const [canvas, context] = sharpCanvas(TOY_SIZE, TOY_SIZE, label);
  const [left, right, bottom, top] = game.box;
  const place = ([x, y]) => [(x - left) / (right - left) * TOY_SIZE, (top - y) / (top - bottom) * TOY_SIZE];
  if (shownParts.has('surface')) drawSurface(context, game);
  if (shownParts.has('data'))
    for (const x of game.data) dot(context, ...place(x), 2.4, '#fff', '#000');
  if (shownParts.has('samples'))
    game.x.forEach((x, i) => dot(context, ...place(x), 2.2, hueOfNoise(game.z[i])));
  if (shownParts.has('arrows')) {
    const strongest = Math.max(...game.arrows.map(([a, b]) => Math.hypot(a, b)), 1e-30);
    context.strokeStyle = '#111';
    context.lineWidth = 1.2;
    game.arrows.forEach(([a, b], i) => {
      const [x, y] = place(game.x[i]), length = Math.hypot(a, b), shown = 30 * Math.sqrt(length / strongest);
      if (length > 0) pathThrough(context, [[x, y], [x + a / length * shown, y - b / length * shown]]);
    });
  }
  return canvas;
}

function drawNoise(game, label) {
  const [canvas, context] = sharpCanvas(NOISE_SIZE, NOISE_SIZE, label);
  const place = value => Math.min(Math.max(value / 3.2, -0.97), 0.97) * NOISE_SIZE / 2 + NOISE_SIZE / 2;
  for (const z of game.z) dot(context, place(z[0]), place(-(z[1] ?? 0)), 1.8, hueOfNoise(z));
  return canvas;
}

// --- In one dimension: figure 1 ----------------------------------------------------------------------

function drawFigure1(game, label) {
  const height = TOY_SIZE * 0.8, foot = 90, base = height - foot;
  const [canvas, context] = sharpCanvas(TOY_SIZE, height, label);
  const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue('--text').trim();
  const low = game.grid[0], high = game.grid.at(-1), place = x => (x - low) / (high - low) * TOY_SIZE;
  const tallest = Math.max(...game.p_data), most = Math.min(Math.max(tallest, ...game.p_g), 2 * tallest);
  const curve = (values, scale, colour, width, dashes) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dashes);
    pathThrough(context, values.map((value, i) => [place(game.grid[i]), base - Math.min(value * scale, 1.1) * base * 0.85]));
    context.setLineDash([]);
  };
  if (game.D_best) curve(game.D_best, 1, '#7ab8ea', 4, []);
  curve(game.p_data, 0.9 / most, ink, 2, [1, 4]);
  curve(game.p_g, 0.9 / most, '#2e9a4b', 2, []);
  curve(game.D, 1, '#2b62c9', 2, [7, 4]);
  context.strokeStyle = ink;
  context.lineWidth = 1;
  for (const y of [base, height - 4]) pathThrough(context, [[0, y], [TOY_SIZE, y]]);
  context.fillStyle = ink;
  context.font = '13px system-ui';
  context.fillText('x', 2, base + 14);
  context.fillText('z', 2, height - 8);
  const order = game.z.map((z, i) => i).sort((a, b) => game.z[a][0] - game.z[b][0]);
  for (let i = 0; i < order.length; i += 12) {  // from z to x = G(z)
    const z = (game.z[order[i]][0] / 3.2 + 1) / 2 * TOY_SIZE;
    context.strokeStyle = hueOfNoise(game.z[order[i]]);
    pathThrough(context, [[z, height - 4], [place(game.x[order[i]][0]), base]]);
  }
  return canvas;
}

// --- The section of the page -------------------------------------------------------------------------

const isToy = run => /^source = "toy:/m.test(run.config) && run.checkpoints.length > 0;

function figureOfGame(run, game) {
  const words = GAME_WORDS[language], figure = document.createElement('figure');
  const asText = words.sees(numeral(game.step), game.D_data.toFixed(2), game.D_samples.toFixed(2));
  figure.append(textElement('figcaption', chosen.size > 1 ? `${run.id}, ${asText}` : asText, 'quiet'));
  const row = textElement('div', '', 'row');
  if (game.dim === 1) row.append(drawFigure1(game, asText));
  else row.append(drawPlane(game, asText), drawNoise(game, words.parts.noise));
  const legend = game.dim === 1 ? `${words.one} ${game.D_best ? words.best : ''}` : `${words.two} ${words.first(game.noise_size)}`;
  figure.append(row, textElement('p', legend));
  return figure;
}

async function gameAt(run, step) {
  const key = JSON.stringify([run.id, run.version, step]);
  if (!drawn.has(key)) {
    const answer = await fetch(address('game', {id: run.id, step}));
    if (answer.status === 404) return null;  // it was removed meanwhile
    if (!answer.ok && answer.status !== 422) throw new Error(`${answer.status}`);  // perhaps not so the next time
    drawn.set(key, answer.ok ? await answer.json() : {refused: await answer.text()});
    if (drawn.size > 200) drawn.delete(drawn.keys().next().value);
  }
  return drawn.get(key);
}

const gameSteps = () => [...new Set(shown().filter(isToy).flatMap(run => run.checkpoints))].sort((a, b) => a - b);

let gameAsked = 0;
async function showGame(atEnd) {
  const players = shown().filter(isToy), section = byId('game'), slider = byId('game-step');
  section.hidden = players.length === 0;
  if (section.hidden) return;
  const all = gameSteps(), last = all.length - 1, wasLast = slider.value === slider.max;
  slider.max = Math.max(0, last);
  if (atEnd && wasLast) slider.value = slider.max;
  const step = all[Math.min(last, Number(slider.value))], asked = ++gameAsked;
  const found = await Promise.all(players.map(run => gameAt(run, run.checkpoints.filter(at => at <= step).at(-1) ?? run.checkpoints[0])));
  if (asked !== gameAsked) return;  // another step is wanted by now
  const games = found.filter(game => game && !game.refused);
  byId('games').replaceChildren(...found.flatMap((game, i) => {
    if (!game) return [];
    return [game.refused ? textElement('p', game.refused) : figureOfGame(players[i], game)];
  }));
  byId('game-few').textContent = all.length < FEW_CHECKPOINTS ? GAME_WORDS[language].keep : '';
  byId('game-parts').hidden = !games.some(game => game.dim === 2);
  slider.setAttribute('aria-valuetext', word('step')(numeral(step)));
}

function moveGame(by) {
  byId('game-step').value = Number(byId('game-step').value) + by;
  orSayLost(showGame(false));
}

function prepareGame() {
  byId('game-back').addEventListener('click', () => moveGame(-1));
  byId('game-on').addEventListener('click', () => moveGame(1));
  byId('game-step').addEventListener('input', () => orSayLost(showGame(false)));
  playOver(byId('game-play'), byId('game-step'), () => orSayLost(showGame(false)));
  for (const part of [...shownParts]) {
    const label = document.createElement('label'), box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = true;
    box.addEventListener('change', () => {
      if (box.checked) shownParts.add(part); else shownParts.delete(part);
      orSayLost(showGame(false));
    });
    const name = textElement('span', '');
    name.dataset.part = part;
    label.append(box, ' ', name);
    byId('game-parts').append(label);
  }
}

function showGameWords() {
  const words = GAME_WORDS[language];
  for (const element of document.querySelectorAll('[data-game]')) element.textContent = words[element.dataset.game];
  for (const element of document.querySelectorAll('[data-part]')) element.textContent = words.parts[element.dataset.part];
}
