#pragma once
/// What is at a path. The calls of <filesystem> that take no error code end a program where a
/// folder cannot be searched; these say what is wrong instead. A path that names nothing is no
/// error.

#include <string>
#include <vector>

#include "gan/core/files.h"

namespace gan {

/// Whether anything is there. Links are followed: false for a link whose target does not
/// exist.
/// @throws DataError naming the path where it cannot be known: "Permission denied", "File name too
/// long", a link to itself
bool is_there(const Path& path);

bool is_folder(const Path& path);  ///< as is_there
bool is_file(const Path& path);    ///< as is_there: a regular file

bool is_link(
    const Path& path);  ///< the path itself, whatever it points to; false where it cannot be known

/// " (Permission denied)", or whatever else keeps this process from looking there; "" where nothing
/// does.
std::string obstacle(const Path& path);

/// Names in a folder, sorted; none where there is no such folder. @throws DataError where it cannot
/// be read
std::vector<std::string> names_in(const Path& folder);

/// From the root, without dots; as it is given where the working directory cannot be known.
Path absolute_path(const Path& path);

/// The same file, also by another name. False where one of them is not there.
bool same_file(const Path& a, const Path& b);

}  // namespace gan
