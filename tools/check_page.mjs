// Opens a page of `gan export --to html` in Chromium, and compares what it draws with `gan sample`:
//   node tools/check_page.mjs build/gan RUN [PICTURES]
// RUN is a generator of images. Prints the largest difference of a pixel and the frames per second of
// the animation; with PICTURES, leaves screenshots in that folder. Exit 1 where pixels differ by more
// than 1 of 255 (1.5 beside transparency, which a canvas rounds once more), where the page says that something failed, or where it asks for anything else.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {openPage} from './chromium.mjs';

const [gan, run, pictures] = process.argv.slice(2);
if (!run) {
  console.error('usage: node tools/check_page.mjs GAN RUN [PICTURES]');
  process.exit(2);
}
const TILES = 24, SECONDS = 3;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gan-page-'));
process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));

/// The numbers of a .npy file of float32, and its shape.
function readNpy(file) {
  const bytes = fs.readFileSync(file), length = bytes.readUInt16LE(8);
  const shape = /'shape': \(([^)]*)\)/.exec(bytes.toString('latin1', 10, 10 + length))[1];
  const values = new Uint8Array(bytes.subarray(10 + length)).buffer;
  return {shape: shape.split(',').filter(s => s.trim()).map(Number), values: new Float32Array(values)};
}

const page = path.join(folder, 'g.html'), samples = path.join(folder, 'x.npy');
execFileSync(gan, ['export', run, '--to', 'html', '--out', page], {stdio: 'inherit'});
execFileSync(gan, ['sample', run, '--seeds', `0-${TILES - 1}`, '--out', samples], {stdio: 'ignore'});
const {shape, values} = readNpy(samples);
const program = JSON.parse(/id="generator">(.*?)<\/script>/s.exec(fs.readFileSync(page, 'utf8'))[1]);

const {tell, evaluate, setScreen, takePictures, problems} = await openPage(folder);
await setScreen(1200, 900, false);
await tell('Page.navigate', {url: `${pathToFileURL(page)}#seed=5`});
const deadline = Date.now() + 30_000;
while (!await evaluate(`document.querySelectorAll('#wall canvas').length === ${TILES}`)) {
  if (Date.now() > deadline) throw new Error('the page does not draw its wall: ' + problems.join('; ') +
                                             await evaluate(`document.body.innerText.slice(0, 500)`));
  await new Promise(later => setTimeout(later, 100));
}

// --- Pixels ------------------------------------------------------------------------------------------
const drawn = JSON.parse(await evaluate(`JSON.stringify(
  ['#sample', ...Array.from({length: ${TILES}}, (_, i) => '#wall button:nth-child(' + (i + 1) + ') canvas')]
    .map(name => {
      const c = document.querySelector(name);
      return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data);
    }))`));
const [channels, height, width] = shape.length === 4 ? shape.slice(1) : [1, ...shape.slice(1)];
const size = height * width, {low, high} = program;
const expected = (sample, i, c) => {
  if (c === 3 && channels !== 4) return 255;
  const value = values[(sample * channels + (channels >= 3 ? c : 0)) * size + i];
  return 255 * Math.min(1, Math.max(0, (value - low) / (high - low)));
};
let largest = 0;
drawn.forEach((pixels, number) => {
  const sample = number === 0 ? 5 : number - 1;
  if (pixels.length !== 4 * size) problems.push(`canvas ${number} holds ${pixels.length / 4} pixels`);
  for (let i = 0; i < size; ++i)
    for (let c = 0; c < 4; ++c) {
      const seen = c < 3 ? expected(sample, i, 3) / 255 : 1;  // a canvas keeps colours times opacity
      largest = Math.max(largest, seen * Math.abs(pixels[4 * i + c] - expected(sample, i, c)));
    }
});
console.log(`${drawn.length} pictures differ from gan sample by at most ${(largest / 255).toFixed(4)} (a step of 8 bits: 0.0039)`);
if (!(largest <= (channels === 4 ? 1.5 : 1))) problems.push('pixels differ from those of gan sample');

// --- What a person does ------------------------------------------------------------------------------
const status = () => evaluate(`document.getElementById('status').textContent`);
const key = async name => {
  for (const type of ['keyDown', 'keyUp']) await tell('Input.dispatchKeyEvent', {type, key: name});
};
const expectStatus = async (what, wanted) => {
  const said = await status();
  if (!wanted.test(said)) problems.push(`${what}: the page says '${said}'`);
};
await expectStatus('the seed of the address', /^seed 5\b/);
await evaluate(`document.getElementById('next').click()`);
await expectStatus('the next seed', /^seed 6\b/);
await evaluate(`document.getElementById('pad').focus()`);
await key('ArrowRight');
await expectStatus('an arrow key', /moved$/);
await key('Home');
await expectStatus('Home', /^seed 6(?!.*moved)/);
await evaluate(`document.querySelector('#wall button:nth-child(3)').click()`);
await expectStatus('a tile', /^seed 2\b/);

// While it animates, a key stops it at the seed that was passed last.
await evaluate(`document.getElementById('speed').value = 20; document.getElementById('animate').click()`);
const passed = Date.now() + 20_000;
while (!/^seed [4-9]/.test(await status()) && Date.now() < passed) await new Promise(later => setTimeout(later, 50));
await evaluate(`document.getElementById('pad').focus()`);
await key('Home');
await new Promise(later => setTimeout(later, 200));
const stopped = Number(/\d+/.exec(await status())[0]);
const pixels = name => evaluate(`Array.from(document.querySelector('${name}').getContext('2d')
  .getImageData(0, 0, ${width}, ${height}).data).join()`);
if (stopped < 4 || stopped >= TILES || await pixels('#sample') !== await pixels(`#wall button:nth-child(${stopped + 1}) canvas`))
  problems.push(`stopped at '${await status()}', the page shows another picture than that of this seed`);

// --- Speed -------------------------------------------------------------------------------------------
const frames = await evaluate(`new Promise(done => {
  document.getElementById('animate').click();
  let frames = 0;
  const begin = performance.now();
  const count = now => {
    ++frames;
    if (now - begin < ${1000 * SECONDS}) requestAnimationFrame(count);
    else { document.getElementById('animate').click(); done(1000 * frames / (now - begin)); }
  };
  requestAnimationFrame(count);
})`);
console.log(`${frames.toFixed(1)} frames a second while it animates`);

if (pictures) await takePictures(pictures, 'page');
const wide = await evaluate(`document.documentElement.scrollWidth > innerWidth`);
if (wide) problems.push('the page is wider than the screen');
for (const problem of problems) console.error(`not ok - ${problem}`);
process.exit(problems.length ? 1 : 0);
