#pragma once
/// The rows of targets.cpp that read pictures, archives of them and their classes.

#include <string_view>

namespace gan::fuzz {

/// A file of a picture.
void picture(std::string_view bytes);

/// An archive of pictures.
void zip(std::string_view bytes);

/// A dataset.json and a metadata.csv, about the pictures a.png, b.png and c/d.png.
void labels(std::string_view bytes);

}  // namespace gan::fuzz
