#include "postern/oauth/pages/words.hpp"

#include <algorithm>

#include "postern/http/html.hpp"
#include "postern/oauth/client_document/client_documents.hpp"
#include "postern/oauth/scope_hierarchy.hpp"
#include "postern/uri/url.hpp"

namespace postern::oauth {

using http::escape_html;

std::string quoted(std::string_view foreign) { return "“<bdi>" + escape_html(foreign) + "</bdi>”"; }

std::optional<std::string> find_voucher(std::string_view client_id) {
  if (!ClientDocuments::is_address(client_id)) return std::nullopt;
  const auto document = uri::Url::parse(client_id);
  if (!document) return std::nullopt;
  return std::string{document->host()};
}

std::string permissions(const Settings& settings, const std::vector<std::string>& scopes) {
  if (scopes.empty()) return "<ul><li>use this service as you</li></ul>\n";
  const std::vector<std::string> allowed = with_included(settings.scopes, scopes);
  std::string list = "<ul>\n";
  for (const Scope& scope : settings.scopes) {
    if (!std::ranges::contains(allowed, scope.name)) continue;
    list += "<li>" + escape_html(scope.description.empty() ? scope.name : scope.description) + "</li>\n";
  }
  return list + "</ul>\n";
}

}  // namespace postern::oauth
