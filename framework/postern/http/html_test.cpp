#include "postern/http/html.hpp"

#include <doctest/doctest.h>

namespace postern::http {

TEST_CASE("HTML is escaped between tags and in quoted attributes") {
  CHECK(escape_html(R"(<a href="x" id='y'>&amp;</a>)") ==
        "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  CHECK(escape_html("plain \xc3\xa4").ends_with("\xc3\xa4"));
}

}  // namespace postern::http
