#include <optional>
#include <utility>

#include "emulators/clerk/oauth/introduce.hpp"
#include "postern/http/media_type.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator::oauth {

namespace {

constexpr std::size_t document_bytes_max = 5 * 1024;

// https with a path; or on this machine, as everything here is.
std::optional<uri::Url> parse_address(std::string_view client_id) {
  auto url = uri::Url::parse(client_id);
  if (!url || !url->is_web() || url->path() == "/" || url->fragment() || url->userinfo()) return std::nullopt;
  if (url->scheme() != "https" && !url->is_loopback()) return std::nullopt;
  return *std::move(url);
}

std::optional<OAuthApplication> read_document(const World& world, const uri::Url& address,
                                              const FetchResponse& response) {
  if (response.status != 200 || !http::has_content_type(response.headers, "application/json")) return std::nullopt;
  const auto document = json::parse(response.body);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& metadata = document->get_object();
  if (json::find_string(metadata, "client_id") != address.text() || json::find(metadata, "client_secret"))
    return std::nullopt;
  auto client = read_client_metadata(world, metadata);
  if (!client || client->name.empty()) return std::nullopt;
  client->client_id = address.text();
  return *std::move(client);
}

}  // namespace

Task<void> meet_client(World& world, Fetch& fetch, const http::Request& request) {
  if (!world.oauth_settings.client_documents) co_return;
  const bool is_posted = request.method == http::Method::post;
  const auto form = uri::Form::parse(is_posted ? std::string_view{request.body} : request.query());
  const std::string* client_id = form ? form->find_only("client_id") : nullptr;
  const auto address = client_id ? parse_address(*client_id) : std::nullopt;
  if (!address) co_return;
  const auto response =
      co_await fetch.fetch({.url = address->text(),
                            .destination = address->is_loopback() ? Destination::configured : Destination::public_only,
                            .response_bytes_max = document_bytes_max});
  auto client = response ? read_document(world, *address, *response) : std::nullopt;
  OAuthApplication* known = world.find_application(address->text());
  if (!client) {
    if (known) world.oauth_applications.erase(std::string(known->id));
    co_return;
  }
  if (known) {
    client->id = known->id;
    *known = *std::move(client);
  } else if (!World::full(world.oauth_applications)) {
    add_application(world, *std::move(client));
  }
}

}  // namespace postern::emulator::oauth
