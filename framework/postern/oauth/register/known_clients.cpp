#include "postern/oauth/register/known_clients.hpp"

#include <algorithm>
#include <string>

#include "postern/base/concat.hpp"
#include "postern/json/value.hpp"

namespace postern::oauth {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

}  // namespace

Result<std::vector<RegisteredClient>> parse_known_clients(std::string_view text) {
  const auto list = json::parse(text);
  if (!list || !list->is_array()) return refuse("it must be a JSON array of clients.");
  std::vector<RegisteredClient> clients;
  for (const json::Value& description : list->get_array()) {
    if (!description.is_object()) return refuse("each client must be a JSON object.");
    TRY(auto client, RegisteredClient::from_description(description.get_object()));
    if (std::ranges::contains(clients, client.id(), &RegisteredClient::id))
      return refuse(concat("the client ", client.id(), " is there twice."));
    clients.push_back(std::move(client));
  }
  return clients;
}

}  // namespace postern::oauth
