#pragma once
/// TensorBoard's event files: TFRecord framing (masked CRC-32C) round hand-encoded Event messages.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gan {

uint32_t crc32c(std::string_view bytes);  ///< Castagnoli; crc32c("123456789") = 0xe3069283

/// The record that opens a file ("brain.Event:2").
std::string event_file_header(double wall_time);

/// One Event with a scalar summary per (tag, value).
std::string scalar_event(double wall_time, int64_t step,
                         std::span<const std::pair<std::string, double>> scalars);

}  // namespace gan
