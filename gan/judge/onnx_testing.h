#pragma once
/// For tests: small ONNX networks.

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "gan/core/scratch_testing.h"

namespace gan {

/// An ONNX file: x [N, 3, H, W] -> the means of its channels; of two outputs, their largest numbers
/// as well.
inline std::string onnx_means(const ScratchFolder& folder, const std::string& name,
                              int outputs = 1) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(name);
  const auto describe = [](onnx::ValueInfoProto& value, const std::string& called) {
    value.set_name(called);
    onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(onnx::TensorProto::FLOAT);
    tensor.mutable_shape()->add_dim()->set_dim_param("N");
    tensor.mutable_shape()->add_dim()->set_dim_value(3);
    for (const char* side : {"H", "W"}) tensor.mutable_shape()->add_dim()->set_dim_param(side);
  };
  describe(*graph.add_input(), "x");
  const char* const operations[] = {"GlobalAveragePool", "GlobalMaxPool"};
  for (int i = 0; i < outputs; ++i) {
    const std::string out = "out" + std::to_string(i);
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type(operations[i]);
    node.set_name(out);
    node.add_input("x");
    node.add_output(out);
    describe(*graph.add_output(), out);
  }
  const std::string file = (folder.path() / (name + ".onnx")).string();
  write_file(file, model.SerializeAsString());
  return file;
}

}  // namespace gan
