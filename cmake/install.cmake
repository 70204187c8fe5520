# What `cmake --install` puts where: bin/gan, libexec/gan/gan-engine, the libraries, include/gan/**, share/gan/recipes, and
# what find_package(gan) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(GAN_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/gan)

set_target_properties(gan_plain PROPERTIES EXPORT_NAME plain)         # gan::plain, as in the build
set_target_properties(gan_cli gan_engine PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)  # finds a libtorch that is not the system's
target_compile_features(gan_plain PUBLIC cxx_std_20)

# How the programs find each other and the recipes, also when all of it is moved.
set(libexec ${CMAKE_INSTALL_FULL_LIBEXECDIR}/gan)
set(recipes ${CMAKE_INSTALL_FULL_DATADIR}/gan/recipes)
file(RELATIVE_PATH to_engine ${CMAKE_INSTALL_FULL_BINDIR} ${libexec})
file(RELATIVE_PATH to_recipes ${CMAKE_INSTALL_FULL_BINDIR} ${recipes})
file(RELATIVE_PATH engine_to_recipes ${libexec} ${recipes})
target_compile_definitions(gan_cli PRIVATE GAN_TO_ENGINE="${to_engine}")
target_compile_definitions(gan_command_line PRIVATE GAN_TO_RECIPES="${to_recipes}" GAN_ENGINE_TO_RECIPES="${engine_to_recipes}")

install(TARGETS gan_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gan_engine RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gan)
install(TARGETS gan gan_plain EXPORT gan ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT gan FILE ganTargets.cmake NAMESPACE gan:: DESTINATION ${GAN_PACKAGE})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/gan DESTINATION include
  FILES_MATCHING PATTERN "*.h" PATTERN "*_test.*" EXCLUDE PATTERN testing.h EXCLUDE PATTERN golden EXCLUDE PATTERN watch EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/gan FILES_MATCHING PATTERN "*.toml")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ganConfig.cmake.in ${PROJECT_BINARY_DIR}/ganConfig.cmake
  INSTALL_DESTINATION ${GAN_PACKAGE})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ganConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ganConfig.cmake ${PROJECT_BINARY_DIR}/ganConfigVersion.cmake DESTINATION ${GAN_PACKAGE})
