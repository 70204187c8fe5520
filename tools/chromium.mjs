// A page in Chromium, for the checks of pages: no package of npm is needed.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/// Chromium without a window, and a function that sends it commands of its DevTools protocol.
function startChromium(folder) {
  const browser = spawn('chromium', ['--headless=new', '--no-sandbox', '--remote-debugging-pipe',
                                     '--disable-gpu', '--force-device-scale-factor=1',
                                     `--user-data-dir=${folder}/profile`],
                        {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
  browser.on('error', error => { console.error(`chromium: ${error.message}`); process.exit(3); });
  process.on('exit', () => browser.kill());
  const waiting = new Map(), listeners = [];
  let rest = '', number = 0;
  browser.stdio[4].on('data', bytes => {
    rest += bytes;
    const messages = rest.split('\0');
    rest = messages.pop();
    for (const message of messages.map(JSON.parse)) {
      if (message.id) waiting.get(message.id)(message);
      else listeners.forEach(listen => listen(message));
    }
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    const id = ++number;
    waiting.set(id, m => m.error ? reject(new Error(`${method}: ${m.error.message}`)) : resolve(m.result));
    browser.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
  });
  return {send, listeners};
}

/// An empty page, whose profile lies in `folder`. problems: what went wrong in it, and what it asked for
/// beside this machine's files and servers.
export async function openPage(folder) {
  const {send, listeners} = startChromium(folder);
  const {targetId} = await send('Target.createTarget', {url: 'about:blank'});
  const {sessionId} = await send('Target.attachToTarget', {targetId, flatten: true});
  const tell = (method, params) => send(method, params, sessionId);
  const problems = [];
  listeners.push(({method, params}) => {
    if (method === 'Runtime.exceptionThrown') problems.push(params.exceptionDetails.exception.description);
    if (method === 'Network.requestWillBeSent' && !/^(file:|data:|blob:|http:\/\/127\.0\.0\.1:)/.test(params.request.url))
      problems.push(`asks for ${params.request.url}`);
  });
  await tell('Runtime.enable');
  await tell('Network.enable');
  await tell('Page.enable');
  const evaluate = async expression => {
    const {result, exceptionDetails} =
        await tell('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const setScreen = (width, height, dark) =>
      Promise.all([tell('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: width < 600}),
                   tell('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}]})]);
  /// On a large screen, a dark one and a phone: NAME.png, NAME-dark.png, NAME-phone.png in `folder`. A page
  /// that is wider than a screen is a problem. place: a selector of what is to be seen, from its top on.
  const takePictures = async (folder, name, place = 'html') => {
    fs.mkdirSync(folder, {recursive: true});
    for (const [kind, width, height, dark] of [['', 1200, 1000, false], ['-dark', 1200, 1000, true], ['-phone', 390, 1400, false]]) {
      await setScreen(width, height, dark);
      await new Promise(later => setTimeout(later, 500));
      await evaluate(`document.querySelector('${place}').scrollIntoView()`);
      const seen = await evaluate(`(rect => ({x: rect.x + scrollX, y: rect.y + scrollY, width: rect.width,
        height: Math.min(rect.height, innerHeight)}))(document.querySelector('${place}').getBoundingClientRect())`);
      const {data} = await tell('Page.captureScreenshot', {format: 'png', clip: {...seen, scale: 1}});
      fs.writeFileSync(path.join(folder, `${name}${kind}.png`), Buffer.from(data, 'base64'));
      if (await evaluate(`document.documentElement.scrollWidth > innerWidth`)) problems.push(`${name}${kind}: wider than the screen`);
    }
  };
  return {tell, evaluate, setScreen, takePictures, problems};
}
