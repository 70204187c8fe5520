#!/bin/bash
# gan export: cli/export_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

# Images of 9 x 7, by a generator with most kinds of layers.
make_run() {
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (120, 9, 7), }"
    noise $((120 * 63)) 3; } >images.npy
  printf '%s\n' '[run]' 'threads = 1' '[data]' 'source = "images.npy"' 'scale = "unit"' '[training]' 'steps = 3' 'batch_size = 20' 'learning_rate = 1e-3' \
    '[optimizer]' 'method = "adam"' '[game]' 'averaging = 0.9' '[generator]' 'noise_size = 6' 'layers = [' \
    '{ layer = "dense", units = 80, activation = "relu" }, { layer = "batch-norm" }, { layer = "reshape", shape = [5, 4, 4] },' \
    '{ layer = "residual", layers = [{ layer = "convolution", channels = 5, kernel = 3, pad = 1, activation = "tanh" }] },' \
    '{ layer = "upsample", filter = "bilinear" }, { layer = "transposed-convolution", channels = 6, kernel = 3, stride = 2, activation = "leaky-relu" },' \
    '{ layer = "average-pool", window = 2, stride = 1 }, { layer = "crop", height = 9, width = 7 },' \
    '{ layer = "convolution", channels = 1, kernel = 1, activation = "sigmoid" }]' \
    '[discriminator]' 'layers = [{ layer = "dense", units = 4, activation = "relu" }, { layer = "dense", units = 1 }]' >net.toml
  expect 0 "a small generator of images" train net.toml --quiet --out net
}


test_cpp() {
  make_run
  expect 0 "to C++" export net --to cpp --out cpp
  says "compared with the model: 64 samples differ by at most" "generator.h, generator.weights, main.cpp of net, step 3" "one thread: one sample"
  expect 0 "  samples of gan" sample net -n 16 --seed 7 --out samples.csv
  local compiler
  for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    check "  compiles with $compiler" $compiler -std=c++17 -Wall -Wextra -Werror -O2 cpp/main.cpp -o main
    (cd cpp && ../main 16 7 >../main.csv) || true
    check "  and draws the samples of gan" same_numbers main.csv samples.csv
  done
  expect 0 "again, over its own files" export net --to cpp --out cpp
  echo mine >cpp/main.cpp
  expect 2 "not over a file of somebody else" export net --to cpp --out cpp
  says "cpp/main.cpp: exists already" --force
  expect 0 "  but with --force" export net --to cpp --out cpp --force
  head -c 100 cpp/generator.weights >short && mv short cpp/generator.weights
  (cd cpp && ../main 1 1 >/dev/null 2>../said.txt) || true
  check "  weights that are cut off are noticed" grep -q "generator.weights: is cut off" said.txt
  CXX=$work/no-compiler expect 0 "without a compiler" export net --to cpp --out cpp2
  says "generator.h was not compiled, since no C++ compiler was found"
  check "  the same files" cmp cpp/generator.h cpp2/generator.h
}

test_safetensors() {
  expect 0 "to safetensors" export net --to safetensors --out hub --licence mit
  local file
  for file in model.safetensors config.json generator.py samples.safetensors README.md samples.png; do check "  writes $file" test -s hub/$file; done
  check "  its card begins with YAML" test "$(head -n 2 hub/README.md | tr '\n' ' ')" = '--- license: "mit" '
  check "  with the pipeline" grep -qx 'pipeline_tag: unconditional-image-generation' hub/README.md
  if grep -q 'run by python3 with torch' out.txt; then says "compared with the model: 64 samples differ by at most"
  else says "there is no python3 with torch"; fi
}

test_torchscript() {
  for network in generator discriminator; do
    expect 0 "to TorchScript: $network" export net --to torchscript --out $network.pt --network $network
    says "compared with the model: 64 samples differ by at most"
    says "loaded and run by libtorch"
  done
  expect 0 "  over its own file" export net --to torchscript --out generator.pt
}

test_two_kinds_of_labels() {  # D classifies, and sees no labels; G does
  make_images labelled-img
  printf '%s\n' '[run]' 'threads = 1' '[data]' 'source = "labelled-img"' 'scale = "unit"' '[training]' 'steps = 2' 'batch_size = 20' 'learning_rate = 1e-3' \
    '[optimizer]' 'method = "adam"' '[game]' 'auxiliary = 1.0' '[generator]' 'noise_size = 6' \
    'layers = [{ layer = "class-embedding", size = 3 }, { layer = "dense", units = 64, activation = "sigmoid" }]' \
    '[discriminator]' 'layers = [{ layer = "dense", units = 4, activation = "relu" }, { layer = "dense", units = CLASSES }]' >two.toml
  sed -i "s/CLASSES/$((1 + $("$program" info labelled-img 2>/dev/null | grep -oE '[0-9]+ classes' | grep -oE '^[0-9]+' || echo 1)))/" two.toml
  expect 0 "G sees labels, D tells them" train two.toml --quiet --out two
  for target in onnx torchscript; do
    for network in generator discriminator; do
      expect 0 "  $network to $target" export two --to $target --network $network --out two-$network.$target
      check "    OpenCV runs it" test -z "$(grep 'cannot run it' out.txt)"
    done
  done
}

test_classifiers() {
  expect 3 "a classifier of data without labels" export net --to onnx --network classifier --out c.onnx
  says "images.npy: has no labels for a classifier to learn"
  make_images img
  expect 0 "labelled images" train --data img --steps 2 --threads 1 --quiet --out labelled
  expect 0 "  their classifier" export labelled --to torchscript --network classifier --out c.pt
  says "compared with the model: 64 samples differ by at most" "training a classifier of the classes"
  expect 0 "  again, in ONNX" export labelled --to onnx --network classifier --out c.onnx
  says "c.onnx of labelled"
  check "  it is not trained again" test -z "$(grep 'training a classifier' err.txt)"
}

test_onnx() {
  expect 0 "to ONNX" export net --to onnx --out g.onnx
  check "  a file" test -s g.onnx
  compared() { check "  OpenCV runs it" test -z "$(grep 'cannot run it' out.txt)"; if grep -q 'run by' out.txt; then says "compared with the model: 64 samples differ by at most"; else says "the checker of ONNX accepts it"; fi; }
  compared
  expect 0 "  of bytes" export net --to onnx --out g8.onnx --output uint8
  compared
  check "  another file" test "$(cksum <g.onnx)" != "$(cksum <g8.onnx)"
  expect 0 "  D" export net --to onnx --out d.onnx --network discriminator
  compared
  expect 2 "D in bytes" export net --to onnx --out d8.onnx --network discriminator --output uint8
  says "--output uint8: is for generators"
  expect 2 "D in C++" export net --to cpp --out d --network discriminator
  says "--network discriminator and classifier: --to cpp exports only generators; choose --to onnx or --to torchscript"
  expect 2 "another network" export net --to onnx --out d --network critic
  says "expected one of generator, discriminator, classifier, got 'critic'"
  expect 2 "bytes in C++" export net --to cpp --out cpp --output uint8
  says "--output uint8: cpp gives the units of the data"
  expect 2 "a folder where a file is expected" export net --to onnx --out cpp
  says "expected the name of a file"
}

test_html() {
  expect 0 "to a page" export net --to html --out page.html --licence CC-BY-4.0
  says "compared with the model: 64 samples differ by at most" "the page's code, with and without WebAssembly, run by node" "one thread: one sample"
  check "  which says what it holds" grep -qF 'trained on images.npy for 3 steps. Licence: CC-BY-4.0.' page.html
  check "  and asks for nothing from elsewhere" test "$(grep -cE '(src|href)=.?https?:|@import|url\(' page.html)" = 0
  expect 0 "again, over its own file" export net --to html --out page.html --licence CC-BY-4.0
  expect 0 "a run whose name is HTML" train net.toml --quiet --out '<b>&"net'
  expect 0 "  to a page" export '<b>&"net' --to html --out odd.html
  check "  which shows the name" grep -qF '<h1>&lt;b&gt;&amp;&quot;net</h1>' odd.html
  check "  and no tag of it" test "$(grep -cF '<b>' odd.html)" = 0
  PATH=$work/none run_gan export net --to html --out other.html --licence CC-BY-4.0
  check "without node (exit 0)" test "$status" = 0
  says "the page's own code was not run, since there is no node"
  check "  the same page" cmp page.html other.html
}

test_refusals() {
  expect 2 "an unknown target" export net --to cp --out x
  says "--to cp: expected one of cpp" "did you mean 'cpp'"
  expect 2 "no target" export net --out x
  expect 3 "no run" export nothing --to cpp --out x
  says "nothing: no such run or checkpoint"
  expect 2 "a file where a folder is expected" export net --to cpp --out net.toml
  says "expected the name of a folder"
  printf '%s\n' '[run]' 'model = "bernoulli-mixture"' '[data]' 'source = "images.npy"' 'binarise = true' '[training]' 'steps = 2' 'batch_size = 20' '[mixture]' 'components = 5' >mixture.toml
  expect 0 "a model of another kind" train mixture.toml --quiet --out mixture
  expect 2 "  is refused" export mixture --to cpp --out x
  says "mixture: is a model of the kind 'bernoulli-mixture'; only adversarial nets have a generator and a discriminator to export"
  check "  nothing is written" test ! -e x
}

run_tests cpp safetensors onnx torchscript two_kinds_of_labels classifiers html refusals
