// What runs an exported generator in a browser: the steps of runtime.h, which says what each of them
// does, and the random numbers of runtime_noise.h. All numbers lie in one memory: weights, then the
// workspace of one block of examples, then scratch. Products go through WebAssembly where the browser
// can run it.
'use strict';

const LANES = 16;  // outputs of a panel of weights
const fewOutputs = outputs => outputs <= 4;
const BLOCK = 16;  // so many examples go through the steps at once

const ACTIVATIONS = {
  linear: (s, v, at, n) => {},
  relu: (s, v, at, n) => { for (let i = at; i < at + n; ++i) if (v[i] < 0) v[i] = 0; },
  leaky_relu: (s, v, at, n) => {
    const slope = s.slope;
    for (let i = at; i < at + n; ++i) if (v[i] < 0) v[i] *= slope;
  },
  sigmoid: (s, v, at, n) => { for (let i = at; i < at + n; ++i) v[i] = 1 / (1 + Math.exp(-v[i])); },
  hard_sigmoid: (s, v, at, n) => {
    for (let i = at; i < at + n; ++i) v[i] = Math.min(1, Math.max(0, v[i] / 6 + 0.5));
  },
  tanh: (s, v, at, n) => { for (let i = at; i < at + n; ++i) v[i] = Math.tanh(v[i]); },
};

const patchOf = s => s.window.taps_y * s.window.taps_x * (s.from.channels / s.window.groups);
const sizeOf = map => map.height * map.width * map.channels;

class Generator {
  // program: what gan wrote; weights: Float32Array; products: bytes of products.wat, or null
  constructor(program, weights, products) {
    this.program = program;
    this.scratch = weights.length + BLOCK * program.numbers;
    this.tile = this.scratch + Math.max(0, ...program.steps.map(s => s.window.columns * patchOf(s)));
    const rows = Math.max(BLOCK, ...program.steps.map(s => s.window.columns)) + 1;
    const bytes = 4 * (this.tile + rows * LANES);
    const memory = new WebAssembly.Memory({initial: Math.ceil(bytes / 65536)});
    this.values = new Float32Array(memory.buffer);
    this.values.set(weights);
    this.workspace = weights.length;
    this.multiplyPanel = this.multiplyPanelPlainly;
    if (products && WebAssembly.validate(products)) {
      const made = new WebAssembly.Instance(new WebAssembly.Module(products), {page: {memory}});
      const multiply = made.exports.multiply;
      this.multiplyPanel = (rows, x, stride, inputs, panel) => {
        if (inputs === 0) this.multiplyPanelPlainly(rows, x, stride, inputs, panel);
        else multiply(rows, 4 * x, 4 * stride, inputs, 4 * panel, 4 * this.tile);
      };
    }
  }

  // z [n * inputs], labels [n] or null -> [n * outputs], in the units of the data
  generate(z, labels, n) {
    const {steps, inputs, outputs, last, classes} = this.program;
    const v = this.values, x = new Float32Array(n * outputs);
    for (let first = 0; first < n; first += BLOCK) {
      const block = Math.min(BLOCK, n - first);
      v.set(z.subarray(first * inputs, (first + block) * inputs), this.workspace);
      for (const s of steps) {
        const from = sizeOf(s.from), to = sizeOf(s.to);
        const at = place => this.workspace + BLOCK * place;
        if (s.kind === 'products') {
          this.multiply(block, at(s.in), from, from, s.weights, s.biases, to, at(s.out), to);
          ACTIVATIONS[s.activation](s, v, at(s.out), block * to);
          continue;
        }
        for (let i = 0; i < block; ++i)
          this[s.kind](s, at(s.in) + i * from, at(s.out) + i * to, at(s.other) + i * to,
                       classes.length > 0 && labels ? labels[first + i] : 0);
      }
      const begin = this.workspace + BLOCK * last;
      x.set(v.subarray(begin, begin + block * outputs), first * outputs);
    }
    return x;
  }

  // y = x W + b, or without b (-1): [rows, inputs] -> [rows, outputs]. Numbers say where they begin.
  multiply(rows, x, strideX, inputs, w, biases, outputs, y, strideY) {
    const v = this.values, bias = j => biases < 0 ? 0 : v[biases + j];
    if (fewOutputs(outputs)) {
      for (let r = 0; r < rows; ++r)
        for (let j = 0; j < outputs; ++j) {
          let sum = 0;
          for (let k = 0, a = x + r * strideX, b = w + j * inputs; k < inputs; ++k)
            sum += v[a + k] * v[b + k];
          v[y + r * strideY + j] = sum + bias(j);
        }
      return;
    }
    for (let j = 0; j < outputs; j += LANES) {
      this.multiplyPanel(rows, x, strideX, inputs, w + j * inputs);
      const here = Math.min(LANES, outputs - j);
      for (let r = 0; r < rows; ++r) {
        const from = this.tile + r * LANES, to = y + r * strideY + j;
        for (let i = 0; i < here; ++i) v[to + i] = v[from + i] + bias(j + i);
      }
    }
  }

  // tile[r, j] = sum_k x[r, k] panel[k, j]
  multiplyPanelPlainly(rows, x, stride, inputs, panel) {
    const v = this.values;
    for (let r = 0; r < rows; ++r)
      for (let j = 0; j < LANES; j += 4) {
        let a = 0, b = 0, c = 0, d = 0;
        for (let k = 0, from = x + r * stride, w = panel + j; k < inputs; ++k, w += LANES) {
          const value = v[from + k];
          a += value * v[w];
          b += value * v[w + 1];
          c += value * v[w + 2];
          d += value * v[w + 3];
        }
        const to = this.tile + r * LANES + j;
        v[to] = a;
        v[to + 1] = b;
        v[to + 2] = c;
        v[to + 3] = d;
      }
  }

  kernels(s, image, out) {
    const v = this.values, w = s.window, channels = s.from.channels / w.groups;
    const outputs = s.to.channels / w.groups, patch = patchOf(s);
    const panel = patch * (fewOutputs(outputs) ? outputs : Math.ceil(outputs / LANES) * LANES);
    const tied = s.count === s.to.channels, stride = w.step * s.to.channels;
    for (let i = 0; i < w.rows; ++i) {
      const line = (w.out_y + w.step * i) * s.to.width + w.out_x, y = out + line * s.to.channels;
      for (let g = 0; g < w.groups; ++g) {
        for (let j = 0; j < w.columns; ++j)
          this.gatherPatch(s, image, g * channels, channels, w.in_y + w.stride * i,
                           w.in_x + w.stride * j, this.scratch + j * patch);
        this.multiply(w.columns, this.scratch, patch, patch, s.weights + g * panel,
                      tied ? s.biases + g * outputs : -1, outputs, y + g * outputs, stride);
      }
      for (let j = 0; j < w.columns; ++j) {
        const at = y + j * stride, bias = s.biases + (line + j * w.step) * s.to.channels;
        for (let c = 0; !tied && c < s.to.channels; ++c) v[at + c] += v[bias + c];
        ACTIVATIONS[s.activation](s, v, at, s.to.channels);
      }
    }
  }

  gatherPatch(s, image, firstChannel, channels, y, x, patch) {
    const v = this.values, {taps_y, taps_x} = s.window, {height, width} = s.from;
    const all = s.from.channels, from = Math.max(0, -x), to = Math.min(taps_x, width - x);
    for (let t = 0; t < taps_y; ++t, patch += taps_x * channels) {
      const outside = y + t < 0 || y + t >= height || from >= to;
      if (outside || from > 0 || to < taps_x) v.fill(0, patch, patch + taps_x * channels);
      if (outside) continue;
      const line = image + ((y + t) * width + x) * all + firstChannel;
      if (channels === all) {
        v.copyWithin(patch + from * channels, line + from * channels, line + to * channels);
        continue;
      }
      for (let tx = from; tx < to; ++tx)
        for (let c = 0; c < channels; ++c) v[patch + tx * channels + c] = v[line + tx * all + c];
    }
  }

  max_of_pieces(s, from, out) {
    const v = this.values;
    for (let i = 0; i < sizeOf(s.to); ++i) {
      let best = v[from + i * s.count];
      for (let p = 1; p < s.count; ++p) best = Math.max(best, v[from + i * s.count + p]);
      v[out + i] = best;
    }
  }

  max_of_windows(s, from, out) {
    const v = this.values, channels = s.from.channels, {taps_y, taps_x, stride} = s.window;
    for (let y = 0; y < s.to.height; ++y)
      for (let x = 0; x < s.to.width; ++x, out += channels) {
        v.fill(-Infinity, out, out + channels);
        const bottom = Math.min(y * stride + taps_y, s.from.height);
        const right = Math.min(x * stride + taps_x, s.from.width);
        for (let ty = y * stride; ty < bottom; ++ty)
          for (let tx = x * stride; tx < right; ++tx) {
            const at = from + (ty * s.from.width + tx) * channels;
            for (let c = 0; c < channels; ++c) v[out + c] = Math.max(v[out + c], v[at + c]);
          }
      }
  }

  scaleByRow(s, from, out, row) {
    const v = this.values, scale = s.weights + row * s.count, shift = s.biases + row * s.count;
    for (let i = 0; i < sizeOf(s.to); i += s.count)
      for (let j = 0; j < s.count; ++j)
        v[out + i + j] = v[from + i + j] * v[scale + j] + v[shift + j];
  }
  scale(s, from, out) {
    this.scaleByRow(s, from, out, 0);
  }
  scale_of_class(s, from, out, other, label) {
    this.scaleByRow(s, from, out, label);
  }

  activate(s, from, out) {
    const v = this.values, size = sizeOf(s.to);
    v.copyWithin(out, from, from + size);
    ACTIVATIONS[s.activation](s, v, out, size);
  }

  turn(from, rows, columns, out) {
    const v = this.values;
    for (let i = 0; i < rows; ++i)
      for (let j = 0; j < columns; ++j) v[out + j * rows + i] = v[from + i * columns + j];
  }
  rows_of_images(s, from, out) {
    this.turn(from, s.from.height * s.from.width, s.from.channels, out);
  }
  images_of_rows(s, from, out) {
    this.turn(from, s.to.channels, s.to.height * s.to.width, out);
  }

  resample(s, from, out) {
    const v = this.values, channels = s.from.channels, {taps_y, taps_x} = s.window;
    const lines = s.weights, columns = lines + 2 * s.to.height * taps_y;
    for (let y = 0; y < s.to.height; ++y)
      for (let x = 0; x < s.to.width; ++x, out += channels) {
        v.fill(0, out, out + channels);
        for (let ty = 0; ty < taps_y; ++ty)
          for (let tx = 0; tx < taps_x; ++tx) {
            const line = lines + 2 * (y * taps_y + ty), column = columns + 2 * (x * taps_x + tx);
            const factor = v[line + 1] * v[column + 1];
            if (factor === 0) continue;
            const at = from + (v[line] * s.from.width + v[column]) * channels;
            for (let c = 0; c < channels; ++c) v[out + c] += factor * v[at + c];
          }
      }
  }

  add(s, from, out, other) {
    const v = this.values;
    for (let i = 0; i < sizeOf(s.to); ++i) v[out + i] = v[from + i] + v[other + i];
  }

  join_class(s, from, out, other, label) {
    const v = this.values, inputs = sizeOf(s.from), size = sizeOf(s.to) - inputs;
    v.copyWithin(out, from, from + inputs);
    const row = s.weights + label * size;
    v.copyWithin(out + inputs, row, row + size);
  }
}

// --- The z and the labels of `gan sample --seed` ---------------------------------------------------

const U64 = (1n << 64n) - 1n;

function mix(x) {  // splitmix64
  x = (x + 0x9e3779b97f4a7c15n) & U64;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & U64;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & U64;
  return x ^ (x >> 31n);
}

function keyOf(seed, name) {  // two halves, the lower one first
  let hash = 0xcbf29ce484222325n;  // FNV-1a
  for (const c of name) hash = ((hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n) & U64;
  const key = mix(mix(BigInt(seed) & U64) ^ hash);
  return [Number(key & 0xffffffffn), Number(key >> 32n)];
}

// The upper half of the product of two 32-bit numbers.
function upperOfProduct(a, b) {
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(((middle % 65536) + a0 * b1) / 65536)) >>> 0;
}

// Numbers 4 * block to 4 * block + 3 of a sample: Philox-4x32-10.
function philox([k0, k1], sample, block) {
  let c = [0, sample >>> 0, block, Math.floor(sample / 4294967296)];
  for (let round = 0; round < 10; ++round) {
    c = [upperOfProduct(0xCD9E8D57, c[2]) ^ c[1] ^ k0, Math.imul(0xCD9E8D57, c[2]),
         upperOfProduct(0xD2511F53, c[0]) ^ c[3] ^ k1, Math.imul(0xD2511F53, c[0])].map(x => x >>> 0);
    k0 = (k0 + 0x9E3779B9) >>> 0;
    k1 = (k1 + 0xBB67AE85) >>> 0;
  }
  return c;
}

const unitOfBits = bits => (bits >>> 8) / 16777216;

// Box and Muller, in float32 as gan computes it.
function twoNormal(a, b) {
  const f = Math.fround, tiny = 1 / 4294967296, pi = f(3.14159265);
  const angle = f(f(f(a | 0) * (2 * tiny)) + tiny), uniform = f(f(f(b) * tiny) + tiny / 2);
  const radius = f(Math.sqrt(f(-2 * f(Math.log(uniform)))));
  return [f(f(Math.sin(f(pi * angle))) * radius), f(f(Math.cos(f(pi * angle))) * radius)];
}

// z of the samples first, first + 1, ... of this seed: [n * size]
function noiseOfSeed(normal, seed, first, n, size) {
  const key = keyOf(seed, 'sample'), root3 = Math.fround(1.7320508), z = new Float32Array(n * size);
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < size; j += 4) {
      const bits = philox(key, first + i, j / 4);
      const four = normal ? [...twoNormal(bits[0], bits[1]), ...twoNormal(bits[2], bits[3])]
                          : bits.map(b => unitOfBits(b) * (2 * root3) - root3);
      for (let k = 0; k < 4 && j + k < size; ++k) z[i * size + j + k] = four[k];
    }
  return z;
}

// Labels of the same samples, each class as probable as any other: [n]
function labelsOfSeed(seed, first, n, classes) {
  const key = keyOf(seed, 'sample.labels'), labels = [];
  for (let i = 0; i < n; ++i) {
    const label = Math.floor(Math.fround(unitOfBits(philox(key, first + i, 0)[0]) * classes));
    labels.push(Math.min(label, classes - 1));
  }
  return labels;
}

function bytesOfBase64(text) {
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
