# Warnings and sanitizers for our own targets. Libraries reach us as SYSTEM includes and are not judged.
add_library(postern_warnings INTERFACE)
target_compile_options(postern_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wextra-semi -Wnull-dereference -Wunused -Wno-missing-field-initializers)

set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers for the whole build: empty, 'address,undefined' or 'thread'")
if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
endif()

option(POSTERN_FUZZ "Build the fuzz targets, and everything else so that they can see its branches" OFF)
if(POSTERN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
