#include "gan/io/csv_cell.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace gan {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kNumbersOnly =
    "; columns must be numbers for now: leave it out, or give each category a column of 0 and 1";

template <class T>
std::errc read_whole(std::string_view cell, T& value) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return end == cell.data() + cell.size() ? error : std::errc::invalid_argument;
}

/// Whether `cell` is a whole number that `value`, what it was read as, does not hold.
bool loses_digits(std::string_view cell, double value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::abs(value) < kExact) return false;
  const bool negative = cell.starts_with('-');
  uint64_t size = 0;
  if (read_whole(cell.substr(negative ? 1 : 0), size) != std::errc()) return false;
  return std::abs(value) >= 0x1p64 || static_cast<uint64_t>(std::abs(value)) != size;
}

bool consists_of(std::string_view cell, std::string_view characters) {
  return cell.find_first_not_of(characters) == std::string_view::npos;
}

/// 2024-01-31, 31.1.2024, 1/31/24, 12:30:00, 2024-01-31T12:30:00Z
bool looks_like_a_date(std::string_view cell) {
  if (cell.empty() || kDigits.find(cell[0]) == std::string_view::npos) return false;
  const auto marks = std::ranges::count_if(
      cell, [](char c) { return c == '-' || c == '/' || c == ':' || c == '.'; });
  return marks >= 2 && consists_of(cell, "0123456789-/:. TZ+");
}

}  // namespace

std::string_view trim(std::string_view cell) {
  cell.remove_prefix(std::min(cell.find_first_not_of(kBlanks), cell.size()));
  return cell.substr(0, cell.find_last_not_of(kBlanks) + 1);
}

Cell read_cell(std::string_view cell, double& value) {
  cell = trim(cell);
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  const std::errc error = read_whole(cell, value);
  if (error == std::errc::invalid_argument) return Cell::text;
  if (error != std::errc()) return Cell::out_of_range;
  if (!std::isfinite(value)) return Cell::not_finite;
  float nearest = 0;
  if (read_whole(cell, nearest) == std::errc()) {  // rounding twice could give its neighbour
    if (static_cast<float>(value) != nearest)
      value = std::nextafter(value, static_cast<double>(nearest));
  } else if (std::abs(value) > 1) {
    return Cell::out_of_range;
  }
  return loses_digits(cell, value) ? Cell::rounded : Cell::number;
}

bool is_number(std::string_view cell) {
  double value = 0;
  return read_cell(cell, value) != Cell::text;
}

bool is_name(std::string_view cell) {
  return !cell.empty() && !cell.starts_with(kByteOrderMark) && !is_number(cell);
}

std::string_view hint(std::string_view cell) {
  if (cell.empty())
    return ": the cell is empty, and every one must hold a number; fill it, or leave the row or "
           "the column out";
  if (looks_like_a_date(cell))
    return ", which looks like a date; columns must be numbers for now: write it as one, in days "
           "or seconds";
  if (std::ranges::count(cell, ',') == 1 && consists_of(cell, "0123456789-+,eE"))
    return "; decimals are written with a point";
  if (is_number(cell.substr(0, cell.find_first_of(kBlanks))))
    return "; cells are separated by commas, semicolons or tabs";
  return kNumbersOnly;
}

}  // namespace gan
