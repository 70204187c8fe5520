// Runs the ONNX files that `gan export` wrote for every layer by onnxruntime of npm, and compares them with the model.
//
//   npm install --prefix RUNTIME onnxruntime-web@1.17.3
//   GAN_EXPORTS=exports build/tensor_tests --gtest_filter=*AllTargetsAreWritten*
//   node tools/check_exports.mjs RUNTIME exports
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const rounding = 1e-5;
const [runtime, exported] = process.argv.slice(2).map((path) => resolve(path));
const ort = createRequire(join(runtime, "node_modules", "x.js"))("onnxruntime-web");
ort.env.wasm.numThreads = 1;

function readSafetensors(path) {
  const bytes = readFileSync(path);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, begin).toString());
  const tensors = {};
  delete header.__metadata__;
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const own = new Uint8Array(bytes.subarray(begin + from, begin + to)).buffer;
    tensors[name] = dtype === "F32" ? new ort.Tensor("float32", new Float32Array(own), shape)
                                    : new ort.Tensor("int64", new BigInt64Array(own), shape);
  }
  return tensors;
}

let bad = 0;
const names = readdirSync(exported).sort();
for (const name of names) {
  const samples = readSafetensors(join(exported, name, "samples.safetensors"));
  const session = await ort.InferenceSession.create(readFileSync(join(exported, name, "g.onnx")));
  const { x } = await session.run(Object.fromEntries(session.inputNames.map((input) => [input, samples[input]])));
  let largest = x.data.length === samples.x.data.length ? 0 : NaN, size = 1e-30;
  samples.x.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value - x.data[i]));
    size = Math.max(size, Math.abs(value));
  });
  console.log(name.padEnd(28), (largest / size).toExponential(1));
  if (!(largest / size <= rounding)) ++bad;
}
console.log(`${names.length} networks, ${bad} differ by more than ${rounding}`);
process.exit(bad > 0 || names.length === 0 ? 1 : 0);
