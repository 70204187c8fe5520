#pragma once
/// `gan export --to torchscript`: the row of exporter_to() that needs libtorch.

#include "gan/export/exporter.h"

namespace gan {

Exporter torchscript_exporter();

}  // namespace gan
