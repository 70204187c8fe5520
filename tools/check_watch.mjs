// Opens the page of `gan watch` in Chromium while a training runs, and looks whether it follows:
//   node tools/check_watch.mjs build/gan RUNS [PICTURES]
// RUNS is a folder with two finished runs or more; a third is trained in it meanwhile, on the data of
// the first. With PICTURES, leaves screenshots in that folder. Exit 1 where something is missing.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {openPage} from './chromium.mjs';

const [gan, runs, pictures] = process.argv.slice(2);
if (!runs) {
  console.error('usage: node tools/check_watch.mjs GAN RUNS [PICTURES]');
  process.exit(2);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gan-watch-'));
process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));

const server = spawn(gan, ['watch', runs], {stdio: ['ignore', 'pipe', 'inherit']});
process.on('exit', () => server.kill());
const address = await new Promise((resolve, reject) => {
  server.stdout.once('data', text => resolve(String(text).split('\n')[0]));
  server.once('exit', code => reject(new Error(`gan watch ended with ${code}`)));
});

const {tell, evaluate, setScreen, takePictures, problems} = await openPage(folder);
const until = async (what, expression, seconds = 20) => {
  const begin = Date.now();
  while (!await evaluate(expression)) {
    if (Date.now() - begin > 1000 * seconds) {
      problems.push(`${what}: not after ${seconds} s`);
      return;
    }
    await new Promise(later => setTimeout(later, 50));
  }
  console.log(`${what}: after ${((Date.now() - begin) / 1000).toFixed(2)} s`);
};
await setScreen(1200, 1000, false);
await tell('Page.navigate', {url: address});
await until('the runs are listed', `document.querySelectorAll('#runs input').length >= 2`);
await until('curves are drawn', `[...document.querySelectorAll('#charts canvas')].filter(c =>
  Chart.getChart(c)?.data.datasets.some(line => line.data.length > 1)).length >= 2`);
await evaluate(`document.querySelectorAll('#runs input').forEach(box => { if (!box.checked) box.click(); })`);
await until('settings that differ', `document.querySelectorAll('#settings tr').length >= 2`);
await until('a sample of each run', `document.querySelectorAll('#samples img').length >= 2 &&
  [...document.querySelectorAll('#samples img')].every(image => image.complete && image.naturalWidth > 0)`);
const names = () => evaluate(`document.querySelector('#runs-title').textContent`);
const english = await names();
await evaluate(`document.getElementById('language').click()`);
if (await names() === english) problems.push('the words stay the same in another language');
await evaluate(`document.getElementById('language').click()`);
await evaluate(`document.getElementById('first').value = 1; document.getElementById('last').value = 2;
  document.getElementById('last').dispatchEvent(new Event('change'))`);
if (await evaluate(`Chart.getChart(document.querySelector('#charts canvas')).scales.x.max`) !== 2)
  problems.push('two numbers do not choose the steps that are drawn');
await evaluate(`document.getElementById('whole').click()`);
await evaluate(`document.querySelector('#runs input').focus()`);
await new Promise(later => setTimeout(later, 1500));
if (await evaluate(`document.activeElement.type`) !== 'checkbox') problems.push('the keyboard loses its place');
if (pictures) await takePictures(pictures, 'watch');

// --- The game, where one of the runs is on a toy and keeps checkpoints -----------------------------------
if (await evaluate(`gameSteps().length > 1`)) {
  const shownStep = () => evaluate(`document.getElementById('game-step').getAttribute('aria-valuetext')`);
  const pixels = () => evaluate(`document.querySelector('#games canvas').toDataURL().length > 5000
    && document.querySelector('#games canvas').toDataURL()`);
  await until('the game is drawn', `document.querySelector('#games canvas') !== null`);
  const [last, drawnLast] = [await shownStep(), await pixels()];
  await evaluate(`document.getElementById('game-back').click()`);
  await until('the game steps back', `document.getElementById('game-step').getAttribute('aria-valuetext') !== '${last}'`);
  await new Promise(later => setTimeout(later, 500));
  if (!drawnLast || await pixels() === drawnLast) problems.push('another step of the game looks the same');
  const allPixels = () => evaluate(`[...document.querySelectorAll('#games canvas')].map(c => c.toDataURL()).join()`);
  const everything = await allPixels();
  await evaluate(`document.querySelector('#game-parts label:nth-child(2) input').click()`);
  await new Promise(later => setTimeout(later, 500));
  if (!await evaluate(`document.getElementById('game-parts').hidden`) && await allPixels() === everything)
    problems.push('the samples cannot be hidden');
  await evaluate(`document.querySelector('#game-parts label:nth-child(2) input').click()`);
  if (pictures) await takePictures(pictures, 'game', '#game');
} else {
  console.log('the game: not looked at, since no run on a toy keeps checkpoints');
}

// --- A run that is trained meanwhile, then deleted -----------------------------------------------------
const young = path.join(runs, 'young');
const training = spawn(gan, ['train', 'ring8', '--threads', '1', '--steps', '100000', '--quiet', '--set', 'run.log_every=20', '--out', young],
                       {stdio: 'ignore'});
process.on('exit', () => training.kill());
const steps = `Number([...document.querySelectorAll('#runs label')].find(l => l.textContent.includes('young'))?.textContent.replace(/.*step ([0-9,]+),.*/, '$1').replace(/,/g, '') ?? -1)`;
await until('a new run appears', `${steps} >= 0`);
await until('its steps grow', `${steps} > 20`);
training.kill();
await new Promise(ended => training.once('exit', ended));
fs.rmSync(young, {recursive: true, force: true});
await until('a deleted run goes', `${steps} === -1`);
server.kill();
await until('a server that ended is noticed', `document.getElementById('state').className === 'lost'`);
for (const problem of problems) console.error(`not ok - ${problem}`);
process.exit(problems.length ? 1 : 0);
