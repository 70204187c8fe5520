#pragma once
/// What a user chooses about a folder of pictures: keys of a recipe's [data] section, and options
/// of the commands that take --data.

#include <cstdint>
#include <optional>
#include <string>

namespace gan {

enum class Labels {
  automatic,  ///< of dataset.json, of metadata.csv, or the names of the folders of the pictures
  off,
};

enum class PictureCrop {
  none,
  centre,  ///< the largest part in the middle that has the wanted proportions; a square where no
           ///< size is given
};

enum class Colour {
  automatic,  ///< grey where all pictures are grey, else RGB
  rgb,
  grey,
  rgba,
};

struct PictureSettings {
  Labels labels = Labels::automatic;
  std::string resize = "none";  ///< "64x48": width x height
  PictureCrop crop = PictureCrop::none;
  Colour colour = Colour::automatic;
  std::string background = "white";  ///< behind transparent pixels
  bool operator==(const PictureSettings&) const = default;
};

/// In pixels.
struct PictureSize {
  int64_t width = 0, height = 0;
  bool operator==(const PictureSize&) const = default;
};
std::string size_text(PictureSize size);  ///< "64 x 48"

struct Rgb {
  uint8_t red = 255, green = 255, blue = 255;
  bool operator==(const Rgb&) const = default;
};

/// Of "none": nothing. @throws UsageError for what is neither that nor WxH, from 1 to 8192 each
std::optional<PictureSize> parse_size(const std::string& text);

/// Of white, black, grey or #rrggbb. @throws UsageError
Rgb parse_background(const std::string& text);

}  // namespace gan
