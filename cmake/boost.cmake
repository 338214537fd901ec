# Boost 1.81's headers, used header-only, for both hosts.
#
# The include folder is a link to `boost` alone: /usr/include itself holds glibc's headers, which a wasm32 build must not see.
find_path(POSTERN_BOOST_ROOT boost/json.hpp PATHS /usr/include NO_CMAKE_FIND_ROOT_PATH REQUIRED)
set(POSTERN_BOOST_INCLUDE ${CMAKE_BINARY_DIR}/boost_include)
file(MAKE_DIRECTORY ${POSTERN_BOOST_INCLUDE})
file(CREATE_LINK ${POSTERN_BOOST_ROOT}/boost ${POSTERN_BOOST_INCLUDE}/boost SYMBOLIC)
add_library(postern_boost INTERFACE)
target_include_directories(postern_boost SYSTEM INTERFACE ${POSTERN_BOOST_INCLUDE})
target_compile_definitions(postern_boost INTERFACE BOOST_ALL_NO_LIB)
