#include "gan/data/picture_decoder.h"

#include <dlfcn.h>
#include <vips/vips.h>

#include <algorithm>
#include <cassert>
#include <memory>

#include "gan/core/error.h"
#include "gan/data/jpeg.h"

namespace gan {
namespace {

/// The functions of libvips and GLib that are used here, found by their names.
struct Vips {
  static const Vips& get() {
    static const Vips vips;
    return vips;
  }

  decltype(&::vips_init) init = nullptr;
  decltype(&::vips_concurrency_set) concurrency_set = nullptr;
  decltype(&::vips_cache_set_max) cache_set_max = nullptr;
  decltype(&::vips_thread_shutdown) thread_shutdown = nullptr;
  decltype(&::vips_error_clear) error_clear = nullptr;
  decltype(&::vips_pngload_buffer) pngload = nullptr;
  decltype(&::vips_jpegload_buffer) jpegload = nullptr;
  decltype(&::vips_webpload_buffer) webpload = nullptr;
  decltype(&::vips_gifload_buffer) gifload = nullptr;
  decltype(&::vips_magickload_buffer) magickload = nullptr;
  decltype(&::vips_thumbnail_buffer) thumbnail_buffer = nullptr;
  decltype(&::vips_thumbnail_image) thumbnail_image = nullptr;
  decltype(&::vips_autorot) autorot = nullptr;
  decltype(&::vips_colourspace) colourspace = nullptr;
  decltype(&::vips_cast) cast = nullptr;
  decltype(&::vips_extract_area) extract_area = nullptr;
  decltype(&::vips_icc_transform) icc_transform = nullptr;
  decltype(&::vips_image_new_from_memory) new_from_memory = nullptr;
  decltype(&::vips_image_write_to_memory) write_to_memory = nullptr;
  decltype(&::vips_region_new) region_new = nullptr;
  decltype(&::vips_region_fetch) region_fetch = nullptr;
  decltype(&::vips_image_get_width) width = nullptr;
  decltype(&::vips_image_get_height) height = nullptr;
  decltype(&::vips_image_get_bands) bands = nullptr;
  decltype(&::vips_image_get_format) format = nullptr;
  decltype(&::vips_image_guess_interpretation) interpretation = nullptr;
  decltype(&::vips_image_get_typeof) type_of = nullptr;
  decltype(&::vips_image_get_orientation) orientation = nullptr;
  decltype(&::g_object_unref) unref = nullptr;
  decltype(&::g_free) free = nullptr;
  decltype(&::g_log_set_handler) log_set_handler = nullptr;

 private:
  Vips();
  template <class Function>
  void find(Function*& function, const char* name);

  void* library_ = nullptr;
};

constexpr const char* kLibrary = "libvips.so.42";

template <class Function>
void Vips::find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(library_, name));
  if (!function)
    throw DataError("pictures are decoded by libvips 8.12 or later; {} has no {}", kLibrary, name);
}

/// Warnings about metadata that no pixel depends on.
void ignore_message(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

Vips::Vips() : library_(::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL)) {
  if (!library_)
    throw DataError(
        "pictures are decoded by libvips, which is not installed; on Debian: apt install "
        "libvips42");
  find(init, "vips_init");
  find(concurrency_set, "vips_concurrency_set");
  find(cache_set_max, "vips_cache_set_max");
  find(thread_shutdown, "vips_thread_shutdown");
  find(error_clear, "vips_error_clear");
  find(pngload, "vips_pngload_buffer");
  find(jpegload, "vips_jpegload_buffer");
  find(webpload, "vips_webpload_buffer");
  find(gifload, "vips_gifload_buffer");
  find(magickload, "vips_magickload_buffer");
  find(thumbnail_buffer, "vips_thumbnail_buffer");
  find(thumbnail_image, "vips_thumbnail_image");
  find(autorot, "vips_autorot");
  find(colourspace, "vips_colourspace");
  find(cast, "vips_cast");
  find(extract_area, "vips_extract_area");
  find(icc_transform, "vips_icc_transform");
  find(new_from_memory, "vips_image_new_from_memory");
  find(write_to_memory, "vips_image_write_to_memory");
  find(region_new, "vips_region_new");
  find(region_fetch, "vips_region_fetch");
  find(width, "vips_image_get_width");
  find(height, "vips_image_get_height");
  find(bands, "vips_image_get_bands");
  find(format, "vips_image_get_format");
  find(interpretation, "vips_image_guess_interpretation");
  find(type_of, "vips_image_get_typeof");
  find(orientation, "vips_image_get_orientation");
  find(unref, "g_object_unref");
  find(free, "g_free");
  find(log_set_handler, "g_log_set_handler");
  if (init("gan") != 0) throw DataError("{}: cannot be started", kLibrary);
  concurrency_set(1);  // our threads decode a picture each
  cache_set_max(0);
  log_set_handler("VIPS", G_LOG_LEVEL_WARNING, ignore_message, nullptr);
}

struct Unref {
  void operator()(VipsImage* image) const { Vips::get().unref(image); }
};
using Picture = std::unique_ptr<VipsImage, Unref>;

struct Free {
  void operator()(void* memory) const { Vips::get().free(memory); }
};

/// What an operation of libvips made. @throws UnreadablePicture where it made nothing
template <class Operation>
Picture made(std::string_view kind, Operation operation) {
  VipsImage* out = nullptr;
  const bool failed = operation(&out) != 0;
  Picture picture(out);
  if (!failed) return picture;
  Vips::get().error_clear();
  throw UnreadablePicture{fmt::format("is a damaged {} file, or a part of one", kind)};
}

/// Its header; pixels are decoded when they are asked for.
Picture opened(std::string& bytes, std::string_view kind, VipsAccess access) {
  const Vips& vips = Vips::get();
  const auto load = [&](auto function, auto... options) {
    return made(kind, [&](VipsImage** out) {
      return function(bytes.data(), bytes.size(), out, "access", access, "fail_on",
                      VIPS_FAIL_ON_ERROR, options..., nullptr);
    });
  };
  if (kind == "PNG") return load(vips.pngload);
  if (kind == "JPEG") return load(vips.jpegload);
  if (kind == "WebP") return load(vips.webpload);
  if (kind == "GIF") return load(vips.gifload);
  return load(vips.magickload);
}

bool is_cmyk(VipsImage* image) {
  return Vips::get().interpretation(image) == VIPS_INTERPRETATION_CMYK;
}

bool is_turned(VipsImage* image) {
  return Vips::get().orientation(image) > 1;
}

PictureSize size_of(VipsImage* image) {
  const Vips& vips = Vips::get();
  return {vips.width(image), vips.height(image)};
}

PictureSize upright_size(VipsImage* image) {
  const PictureSize size = size_of(image);
  const bool is_swapped = Vips::get().orientation(image) > 4;
  return is_swapped ? PictureSize{size.height, size.width} : size;
}

struct UnrefRegion {
  void operator()(VipsRegion* region) const { Vips::get().unref(region); }
};

/// All of the pixels, [H, W, bands].
class Pixels {
 public:
  Pixels(VipsImage* image, std::string_view kind) : memory_(pixels_of(image, size_)) {
    if (memory_) return;
    Vips::get().error_clear();
    throw UnreadablePicture{fmt::format("is a damaged {} file, or a part of one", kind)};
  }
  std::span<const uint8_t> bytes() const {
    return {static_cast<const uint8_t*>(memory_.get()), size_};
  }

 private:
  /// Small ones are computed by this thread. libvips has others compute large ones, which goes
  /// faster from some size on, since it keeps less of the image at a time.
  static void* pixels_of(VipsImage* image, size_t& size) {
    constexpr int64_t kSmall = 256 * 256;
    const Vips& vips = Vips::get();
    const int width = vips.width(image), height = vips.height(image);
    if (int64_t{width} * height > kSmall) return vips.write_to_memory(image, &size);
    const std::unique_ptr<VipsRegion, UnrefRegion> region(vips.region_new(image));
    return region ? vips.region_fetch(region.get(), 0, 0, width, height, &size) : nullptr;
  }

  size_t size_ = 0;
  std::unique_ptr<void, Free> memory_;
};

/// 8-bit grey or sRGB, perhaps with alpha.
Picture to_srgb(Picture image, std::string_view kind) {
  const Vips& vips = Vips::get();
  const VipsInterpretation now = vips.interpretation(image.get());
  if (now != VIPS_INTERPRETATION_sRGB && now != VIPS_INTERPRETATION_B_W)
    image = made(kind, [&](VipsImage** out) {
      return vips.colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
  if (vips.format(image.get()) != VIPS_FORMAT_UCHAR)
    image = made(kind, [&](VipsImage** out) {
      return vips.cast(image.get(), out, VIPS_FORMAT_UCHAR, nullptr);
    });
  return image;
}

/// Of an image in CMYK: by its colour profile, where it has one that can be used. `memory` then
/// holds the pixels of what is returned.
Picture rgb_of(const Picture& image, std::string_view kind, std::vector<uint8_t>& memory) {
  const Vips& vips = Vips::get();
  if (vips.type_of(image.get(), VIPS_META_ICC_NAME) != 0) {
    VipsImage* out = nullptr;
    const bool failed =
        vips.icc_transform(image.get(), &out, "srgb", "embedded", TRUE, nullptr) != 0;
    Picture converted(out);
    if (!failed) return converted;
    vips.error_clear();
  }
  memory = rgb_of_cmyk(Pixels(image.get(), kind).bytes());
  const PictureSize size = size_of(image.get());
  return Picture(vips.new_from_memory(memory.data(), memory.size(), static_cast<int>(size.width),
                                      static_cast<int>(size.height), 3, VIPS_FORMAT_UCHAR));
}

/// The square in the middle.
Picture centre_of(const Picture& image, std::string_view kind) {
  const PictureSize size = size_of(image.get());
  const int64_t side = std::min(size.width, size.height);
  return made(kind, [&](VipsImage** out) {
    return Vips::get().extract_area(image.get(), out, static_cast<int>((size.width - side) / 2),
                                    static_cast<int>((size.height - side) / 2),
                                    static_cast<int>(side), static_cast<int>(side), nullptr);
  });
}

}  // namespace

std::string_view picture_kind(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "PNG";
  if (bytes.starts_with("\xff\xd8\xff")) return "JPEG";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "GIF";
  if (bytes.starts_with("RIFF") && bytes.substr(0, kKindBytes).ends_with("WEBP")) return "WebP";
  if (bytes.starts_with("BM") && bytes.size() >= kKindBytes) return "BMP";
  return "";
}

PictureDecoder::PictureDecoder(const PictureSettings& settings, int64_t most_pixels)
    : size_(parse_size(settings.resize)),
      crop_(settings.crop == PictureCrop::centre),
      with_alpha_(settings.colour == Colour::rgba),
      background_(parse_background(settings.background)),
      most_pixels_(most_pixels) {
  Vips::get();
}

DecodedPicture PictureDecoder::decode(std::string& bytes, std::string_view who) const {
  const std::string_view kind = picture_kind(bytes);
  if (bytes.empty()) throw UnreadablePicture{"is empty"};
  if (kind.empty()) throw UnreadablePicture{"is no PNG, JPEG, WebP, GIF or BMP file"};
  DecodedPicture out;
  if (kind == "JPEG" && !size_ && !crop_)
    if (const auto jpeg = ordinary_jpeg(bytes, most_pixels_)) {
      out.stored = out.size = jpeg->size;
      set_pixels(out, jpeg->pixels, jpeg->channels, with_alpha_, background_);
      return out;
    }
  const Vips& vips = Vips::get();
  Picture image = opened(bytes, kind, VIPS_ACCESS_SEQUENTIAL);
  out.stored = upright_size(image.get());
  if (out.stored.width * out.stored.height > most_pixels_)
    throw DataError(
        "{}: has {} pixels, and pictures of at most {} million are read; make it smaller, or leave "
        "it out",
        who, size_text(out.stored), static_cast<double>(most_pixels_) / 1e6);
  if (is_turned(image.get())) image = opened(bytes, kind, VIPS_ACCESS_RANDOM);
  std::vector<uint8_t> memory;
  const bool converted = is_cmyk(image.get());
  const auto upright = [&] {
    if (is_turned(image.get()))
      image = made(kind, [&](VipsImage** to) { return vips.autorot(image.get(), to, nullptr); });
  };
  if (converted) {
    upright();  // pixels in `memory` do not know how they were turned
    image = rgb_of(image, kind, memory);
  }

  if (size_) {
    const int width = static_cast<int>(size_->width), height = static_cast<int>(size_->height);
    const VipsInteresting crop = crop_ ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
    const VipsSize force = crop_ ? VIPS_SIZE_BOTH : VIPS_SIZE_FORCE;
    image = made(kind, [&](VipsImage** to) {
      if (converted || kind == "BMP")
        return vips.thumbnail_image(image.get(), to, width, "height", height, "size", force, "crop",
                                    crop, nullptr);
      return vips.thumbnail_buffer(bytes.data(), bytes.size(), to, width, "height", height, "size",
                                   force, "crop", crop, "option_string", "[fail_on=error]",
                                   nullptr);
    });
  } else {
    upright();
    if (crop_) image = centre_of(image, kind);
  }
  image = to_srgb(std::move(image), kind);
  out.size = size_of(image.get());
  const int bands = vips.bands(image.get());
  const bool is_usual = bands >= 1 && bands <= 4 && (!size_ || out.size == *size_);
  if (!is_usual) throw UnreadablePicture{fmt::format("is a {} file of an unknown kind", kind)};
  set_pixels(out, Pixels(image.get(), kind).bytes(), bands, with_alpha_, background_);
  return out;
}

void PictureDecoder::end_thread() {
  Vips::get().thread_shutdown();
}

}  // namespace gan
