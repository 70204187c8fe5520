#pragma once
/// State to safetensors and back. A checkpoint holds tensors and text, never code, clock or path.

#include <map>
#include <string>

#include "gan/io/safetensors.h"
#include "gan/model/generative_model.h"

namespace gan {

/// What walks a state: learner.visit_state, model.visit_state, or several of them.
using StateVisit = std::function<void(const StateVisitor&)>;

/// With a checksum over all of it. The same state and metadata give the same bytes.
std::string write_checkpoint(const StateVisit& state,
                             const std::map<std::string, std::string>& metadata);

/// Views into `bytes`. @throws DataError naming `who` when it is no safetensors file, or its
/// checksum is another, or missing.
SafeTensors parse_checkpoint(std::string_view bytes, const std::string& who);

/// Fills every tensor that `state` names; tensors that it does not name are left alone.
/// @throws DataError naming `who` when one is missing or has another shape or type.
void read_checkpoint(const SafeTensors& content, const StateVisit& state, const std::string& who);

/// The name of the first float tensor of the state that holds a NaN or an infinity; "" for none.
std::string first_not_finite(const StateVisit& state);

}  // namespace gan
