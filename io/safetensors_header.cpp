#include "xgrad/io/safetensors_header.hpp"

#include <set>

#include "xgrad/io/file.hpp"

namespace xg::io::detail {
namespace {

/// The part of JSON (RFC 8259) that headers use: objects of known form, strings, whole numbers.
class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  /// Calls member(name) before each value of an object. @throws IoError for a name that repeats.
  template <class F>
  void object(const F& member) {
    std::set<std::string> names;
    list('{', '}', [&] {
      const std::string name = string();
      check(names.insert(name).second, "name each thing once", "'" + name + "' again");
      expect(':');
      member(name);
    });
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> found;
    list('[', ']', [&] { found.push_back(number()); });
    return found;
  }
  std::string string();
  void end() {
    space();
    check(at_ == text_.size(), "end after its object", place());
  }
  void check(bool ok, const char* expectation, const std::string& actual) const {
    require_file(ok, file_, "header", expectation, actual);
  }

 private:
  template <class F>
  void list(char open, char close, const F& item) {
    expect(open);
    if (next_is(close)) return;
    do item();
    while (next_is(','));
    expect(close);
  }
  std::uint64_t number();
  std::uint32_t hex4();
  void append_escape(std::string& text);
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool next_is(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!next_is(c)) check(false, "be JSON of the form that safetensors has", place());
  }
  char take() {
    check(at_ < text_.size(), "be complete", "its end inside a string");
    return text_[at_++];
  }
  std::string place() const {
    return at_ < text_.size() ? "another character at " + std::to_string(at_) : "its end";
  }

  const std::string& file_;
  std::string_view text_;
  std::size_t at_ = 0;
};

std::uint64_t Reader::number() {
  space();
  const std::size_t first = at_;
  std::uint64_t value = 0;
  for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
    check(value <= (UINT64_MAX - digit) / 10, "hold numbers below 2^64", "a larger one");
    value = value * 10 + digit;
  }
  check(at_ > first, "hold whole numbers >= 0", place());
  return value;
}

std::uint32_t Reader::hex4() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = take();
    const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 32));
    check(digit != std::string_view::npos && c > 31, "have four hex digits after \\u", place());
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6), tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | code >> 12), tail(6), tail(0);
  } else {
    text += static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0);
  }
}

void Reader::append_escape(std::string& text) {
  const char c = take();
  const std::size_t simple = std::string_view("\"\\/bfnrt").find(c);
  if (simple != std::string_view::npos) {
    text += "\"\\/\b\f\n\r\t"[simple];
    return;
  }
  check(c == 'u', "have known escapes in strings", place());
  std::uint32_t code = hex4();
  if (code >= 0xD800 && code < 0xDC00) {  // the first half of a pair
    const bool pair = take() == '\\' && take() == 'u';
    const std::uint32_t low = pair ? hex4() : 0;
    check(low >= 0xDC00 && low < 0xE000, "pair its surrogates", "one alone");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(text, code);
}

std::string Reader::string() {
  expect('"');
  std::string text;
  for (char c = take(); c != '"'; c = take())
    if (c == '\\')
      append_escape(text);
    else
      text += c;
  return text;
}

TensorEntry read_tensor(Reader& in, const std::string& name) {
  TensorEntry entry{name, {}, {}, 0, 0};
  std::vector<std::uint64_t> offsets;
  int found = 0;
  in.object([&](const std::string& key) {
    ++found;
    if (key == "dtype")
      entry.type = in.string();
    else if (key == "shape")
      entry.shape = in.numbers();
    else if (key == "data_offsets")
      offsets = in.numbers();
    else
      in.check(false, "say dtype, shape and data_offsets of each array", "'" + key + "'");
  });
  in.check(found == 3 && offsets.size() == 2, "say dtype, shape and data_offsets of each array",
           "less of '" + name + "'");
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

void write_string(std::string& json, const std::string& text) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      constexpr auto digits = "0123456789abcdef";
      json += "\\u00";
      json += digits[c >> 4];
      json += digits[c & 15];
    } else {
      json += c;
    }
  }
  json += '"';
}

void write_numbers(std::string& json, const std::vector<std::uint64_t>& numbers) {
  json += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i)
    json += (i == 0 ? "" : ",") + std::to_string(numbers[i]);
  json += ']';
}

}  // namespace

TensorHeader read_header(const std::string& file, std::string_view json) {
  TensorHeader header;
  Reader in(file, json);
  in.object([&](const std::string& name) {
    if (name == "__metadata__")
      in.object([&](const std::string& key) { header.metadata[key] = in.string(); });
    else
      header.tensors.push_back(read_tensor(in, name));
  });
  in.end();
  return header;
}

std::string write_header(const TensorHeader& header) {
  std::string json = "{";
  if (!header.metadata.empty()) {
    json += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      if (json.back() != '{') json += ',';
      write_string(json, key);
      json += ':';
      write_string(json, value);
    }
    json += '}';
  }
  for (const TensorEntry& entry : header.tensors) {
    if (json.size() > 1) json += ',';
    write_string(json, entry.name);
    json += ":{\"dtype\":\"" + entry.type + "\",\"shape\":";
    write_numbers(json, entry.shape);
    json += ",\"data_offsets\":";
    write_numbers(json, {entry.begin, entry.end});
    json += '}';
  }
  return json + '}';
}

}  // namespace xg::io::detail
