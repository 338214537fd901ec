# clang-tidy beside the compiler (preset lint): what has not changed since it was last clean is not looked at again.
option(POSTERN_TIDY "Run clang-tidy on each source that is compiled" OFF)
if(POSTERN_TIDY)
  find_program(CLANG_TIDY clang-tidy-19 REQUIRED)
  # The checks are part of the command, so that other checks mean another run.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.clang-tidy)
  file(SHA256 ${PROJECT_SOURCE_DIR}/.clang-tidy checks)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet --extra-arg=-DPOSTERN_TIDY_CHECKS=${checks})
endif()
