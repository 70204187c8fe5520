#include "gan/data/picture_labels.h"

#include <gtest/gtest.h>

#include "gan/data/testing.h"
#include "gan/io/picture_testing.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using Texts = std::vector<std::string>;
using Labels = std::vector<int32_t>;

class PictureLabels : public TempFolder {
 protected:
  static void put(const Texts& names) {
    for (const std::string& name : names) put_file(name, "x");
  }
  static PictureClasses classes() { return find_classes(list_pictures("d")); }
  static void expect_refused(const std::string& table, const std::string& text,
                             std::string_view part) {
    put_file("d/" + table, text);
    expect_data_error([] { classes(); }, part, "d/" + table);
  }
};

TEST_F(PictureLabels, AreNamesOfFolders) {
  put({"d/cat/1.png", "d/cat/deep/2.png", "d/dog/1.png"});
  std::filesystem::create_directories("d/nobody");
  put_file("d/texts/about.txt", "x");
  const PictureClasses found = classes();
  EXPECT_EQ(found.names, (Texts{"cat", "dog"}));
  EXPECT_EQ(found.labels, (Labels{0, 0, 1}));
  EXPECT_EQ(found.notes,
            Texts{"d: there are no pictures in \"nobody\", \"texts\", so these are no class"});
}

TEST_F(PictureLabels, FoldersMayLieInAFolder) {
  put({"d/classes/all/cat/1.png", "d/classes/all/dog/1.png"});
  EXPECT_EQ(classes().names, (Texts{"cat", "dog"}));
  put_zip("d.zip", {{"classes/b/1.png", "x"}, {"classes/a/1.png", "x"}, {"classes/c/", ""}});
  const PictureClasses zipped = find_classes(list_pictures("d.zip"));
  EXPECT_EQ(zipped.names, (Texts{"a", "b"}));
  EXPECT_EQ(zipped.notes, Texts{"d.zip: there are no pictures in \"c\", so this is no class"});
}

TEST_F(PictureLabels, OneFolderOrPicturesBesideFoldersAreNoClasses) {
  put({"d/a/b/c/1.png", "d/a/b/c/2.png"});
  EXPECT_TRUE(classes().labels.empty());
  put({"d/a/b/3.png"});
  EXPECT_TRUE(classes().labels.empty());
  EXPECT_TRUE(classes().names.empty());
}

TEST_F(PictureLabels, AreThoseOfStylegan) {
  put({"d/a/1.png", "d/a/2.png", "d/b/3.png"});
  put_file("d/dataset.json", R"({"labels": [["b/3.png", 1], ["a/1.png", 0], ["a/2.png", 1]]})");
  const PictureClasses found = classes();
  EXPECT_EQ(found.names, (Texts{"0", "1"}));
  EXPECT_EQ(found.labels, (Labels{0, 1, 1}));
  EXPECT_TRUE(found.notes.empty());
  put_file("d/dataset.json", R"({"labels": null})");
  EXPECT_EQ(classes().names, (Texts{"a", "b"}));
}

TEST_F(PictureLabels, NumbersWithGapsAreMapped) {
  put({"d/1.png", "d/2.png", "d/3.png"});
  put_file("d/dataset.json", R"({"labels": [["1.png", 10], ["2.png", 3], ["3.png", 10]]})");
  const PictureClasses found = classes();
  EXPECT_EQ(found.names, (Texts{"3", "10"}));
  EXPECT_EQ(found.labels, (Labels{1, 0, 1}));
  EXPECT_EQ(found.notes,
            Texts{"d/dataset.json: its labels 3, 10 are mapped to 0, ..., 1, in this order"});
  put_file("d/dataset.json", R"({"labels": [["1.png", -1], ["2.png", 0], ["3.png", 2]]})");
  EXPECT_EQ(classes().notes.size(), 1u);
}

TEST_F(PictureLabels, AreThoseOfHuggingFace) {
  put({"d/1.png", "d/2.png", "d/3.png"});
  put_file("d/metadata.csv", "label,file_name\ndog,3.png\n\"cat, big\",1.png\ndog,2.png\n");
  const PictureClasses found = classes();
  EXPECT_EQ(found.names, (Texts{"cat, big", "dog"}));
  EXPECT_EQ(found.labels, (Labels{0, 1, 1}));
  put_file("d/metadata.csv", "file_name,text\n1.png,words\n");
  EXPECT_TRUE(classes().labels.empty());
  put_zip("d.zip", {{"x/1.png", "x"},
                    {"x/2.png", "x"},
                    {"x/metadata.csv", "file_name,label\n1.png,b\n2.png,a\n"}});
  EXPECT_EQ(find_classes(list_pictures("d.zip")).labels, (Labels{1, 0}));
}

TEST_F(PictureLabels, TablesWithFaultsAreRefused) {
  put({"d/1.png", "d/2.png"});
  expect_refused("dataset.json", "{\"labels\": [\n  [\"1.png\", 0],\n  [\"2.png\", 1],]}",
                 "line 3, column 16: is no JSON; remove the comma before it");
  expect_refused("dataset.json", "[1, 2", "line 1, column 6: is no JSON");
  expect_refused("dataset.json", R"({"labels": [["1.png", 1e999]]})", "a number that is too large");
  expect_refused("dataset.json", "[]", "has no \"labels\"");
  expect_refused("dataset.json", R"({"labels": 3})", "\"labels\" is no list");
  expect_refused("dataset.json", R"({"labels": [["1.png", 0], ["2.png", "b"]]})", "entry 2");
  expect_refused("dataset.json", R"({"labels": [["1.png", 0], ["3.png", 1]]})",
                 "names \"3.png\", and there is no such picture");
  expect_refused("dataset.json", R"({"labels": [["1.png", 0]]})",
                 "gives no label to \"2.png\"; add labels");
  expect_refused("dataset.json", R"({"labels": [["1.png", 0], ["1.png", 1]]})",
                 "names \"1.png\" twice");
  std::filesystem::remove("d/dataset.json");
  expect_refused("metadata.csv", "name,label\n1.png,a\n", "has no column file_name");
  expect_refused("metadata.csv", "file_name,label\n1.png,a\n\n7.png,b\n",
                 "line 4: names \"7.png\"");
}

}  // namespace
}  // namespace gan
