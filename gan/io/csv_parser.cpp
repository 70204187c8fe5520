#include "gan/io/csv_parser.h"

#include <csv.h>  // libcsv

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "gan/core/error.h"

namespace gan {

/// Semicolons go with decimal commas, so they come first; blanks round a comma may be tabs.
char guess_separator(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  bool quoted = false, commas = false, tabs = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (c == ';') return ';';
    commas |= c == ',';
    tabs |= c == '\t';
  }
  return tabs && !commas ? '\t' : ',';
}

void CsvRows::cell(std::string_view text) {
  if (count_ == 0) row_line_ = line_;
  if (count_ == cells_.size()) cells_.emplace_back();
  cells_[count_++].assign(text);
  line_ += std::ranges::count(text, '\n');
  after_return_ = false;
}

void CsvRows::line_end(int end) {
  if (end == '\n' && std::exchange(after_return_, false)) return;  // the second half of \r\n
  after_return_ = end == '\r';
  if (count_ > 0) row();
  count_ = 0;
  ++line_;
}

/// What is thrown must not pass through libcsv's frames.
struct CsvParser::State {
  State(std::string_view name, CsvRows& to) : who(name), rows(to) {
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
      throw std::bad_alloc();
  }
  ~State() { csv_free(&parser); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  template <class Call>
  void guarded(Call call) {
    if (thrown) return;
    try {
      call();
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  static void on_cell(void* text, size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    state.guarded([&] { state.rows.cell({static_cast<const char*>(text), size}); });
  }
  static void on_line_end(int end, void* self) {
    auto& state = *static_cast<State*>(self);
    state.guarded([&] { state.rows.line_end(end); });
  }
  void rethrow() {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
  }

  std::string who;
  CsvRows& rows;
  csv_parser parser{};
  std::exception_ptr thrown;
};

CsvParser::CsvParser(std::string_view who, char separator, CsvRows& rows)
    : state_(std::make_unique<State>(who, rows)) {
  csv_set_delim(&state_->parser, static_cast<unsigned char>(separator));
}

CsvParser::~CsvParser() = default;

void CsvParser::feed(std::string_view text) {
  State& s = *state_;
  if (text.find('\0') != std::string_view::npos)
    throw DataError("{}: is no text in UTF-8 (it holds zero bytes); save it as plain CSV", s.who);
  const bool whole = csv_parse(&s.parser, text.data(), text.size(), State::on_cell,
                               State::on_line_end, &s) == text.size();
  s.rethrow();
  if (whole) return;
  if (csv_error(&s.parser) == CSV_ENOMEM) throw std::bad_alloc();
  throw DataError(
      "{}: line {}: a double quote stands inside a cell; a cell with quotes in it is quoted "
      "itself, and they are doubled",
      s.who, s.rows.row_line());
}

void CsvParser::finish() {
  State& s = *state_;
  const int status = csv_fini(&s.parser, State::on_cell, State::on_line_end, &s);
  s.rethrow();
  if (status != 0)
    throw DataError("{}: line {}: a quote is opened and never closed", s.who, s.rows.row_line());
}

}  // namespace gan
