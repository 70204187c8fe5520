#pragma once
/// How the exports that run the steps of runtime.h are compared with the model.

#include <string>

#include "gan/export/exporter.h"
#include "gan/export/program_run.h"

namespace gan {

/// The file `in`, which the exported program reads: z [n, Z] float32, labels [n] int64.
void write_input(const ProgramFolder& folder, const ExportSamples& samples);

/// Of the file `out` that it wrote: x [n, numbers] so many times, then the z and labels that it
/// drew itself from the seed; and of what it printed: the three numbers of Speed.
/// @throws ErrorOf<Exit::bug> where something is missing, or it drew other numbers than gan does
Proof proof_of_output(const ProgramFolder& folder, const ExportSamples& samples,
                      const std::string& how, size_t times = 1);

/// Where the program cannot be run: the same steps, run by the same code in this program.
Proof proof_of_steps(const ExportSource& source, const ExportSamples& samples,
                     const std::string& why);

}  // namespace gan
