// Boost.JSON itself, compiled once, here.
#include <boost/json/src.hpp>
