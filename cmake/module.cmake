# postern_module(<name> [SOURCES ...] [HEADERS ...] [DEPENDS ...] [LIBRARIES ...] [TESTS ...] [FUZZ ...])
#
# One folder, one target `postern_<name>` (alias postern::<name>), its dependencies said once. SOURCES may be empty for a
# header-only module. TESTS are doctest files, linked into one program `<name>_test` (natively only: a wasm build compiles
# the core and runs nothing). DEPENDS are our modules, LIBRARIES are other people's.
# FUZZ are libFuzzer targets, each a program of its own, built in a build with POSTERN_FUZZ (preset fuzz) only.
# Each header is compiled alone as well (VERIFY_INTERFACE_HEADER_SETS), which keeps it self-contained.
function(postern_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPENDS;LIBRARIES;TESTS;TEST_DEPENDS;FUZZ" ${ARGN})
  set(target postern_${name})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE postern_warnings)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(postern::${name} ALIAS ${target})
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/framework)
  if(arg_HEADERS)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/framework FILES ${arg_HEADERS})
  endif()
  foreach(dependency IN LISTS arg_DEPENDS)
    target_link_libraries(${target} ${scope} postern::${dependency})
  endforeach()
  target_link_libraries(${target} ${scope} ${arg_LIBRARIES})

  if(arg_TESTS AND POSTERN_TESTS)
    postern_test(${name}_test SOURCES ${arg_TESTS} DEPENDS ${name} ${arg_TEST_DEPENDS})
  endif()
  if(POSTERN_FUZZ)
    foreach(source IN LISTS arg_FUZZ)
      cmake_path(GET source STEM program)
      add_executable(${program} ${source})
      target_link_libraries(${program} PRIVATE postern_warnings ${target})
      # Debian builds the fuzzer's runtime with libstdc++; the driver would turn a plain -lstdc++ into -lc++.
      target_link_options(${program} PRIVATE -fsanitize=fuzzer -Wl,-lstdc++)
    endforeach()
  endif()
endfunction()

# postern_test(<name> SOURCES ... DEPENDS <modules> [LIBRARIES ...]): one doctest program, known to ctest under its name.
function(postern_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/cmake/doctest_main.cpp)
  target_link_libraries(${name} PRIVATE postern_warnings ${arg_LIBRARIES})
  foreach(dependency IN LISTS arg_DEPENDS)
    target_link_libraries(${name} PRIVATE postern::${dependency})
  endforeach()
  add_test(NAME ${name} COMMAND ${name} --no-intro WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
