#include "acme-app/api.hpp"

#include <charconv>

#include "postern/json/bind.hpp"
#include "postern/uri/form.hpp"

namespace acme {

using namespace postern;

namespace {

constexpr std::size_t limit_max = 100;
constexpr std::size_t text_bytes_max = 100;

struct ApiError {
  std::string error;
  std::string message;
};
struct Users {
  std::vector<Person> users;
};

template <class T>
http::Response answer(int status, const T& body) {
  http::Response response = http::Response::json(status, json::encode(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return 400;
    case Error::Kind::unauthorized:
      return 401;
    case Error::Kind::forbidden:
      return 403;
    case Error::Kind::not_found:
      return 404;
    case Error::Kind::conflict:
      return 409;
    case Error::Kind::limited:
      return 429;
    case Error::Kind::unavailable:
      return 503;
    case Error::Kind::internal:
      return 500;
  }
  return 500;
}

http::Response answer(const Error& error) {
  const int status = status_of(error.kind);
  http::Response response =
      answer(status, ApiError{.error = std::string(to_string(error.kind)), .message = error.message});
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

Error no_such_order() { return {Error::Kind::not_found, "There is no such order."}; }

Result<std::size_t> parse_limit(const std::string& text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc{} && end == text.data() + text.size() && limit >= 1 && limit <= limit_max) return limit;
  return fail(Error::Kind::invalid, "limit must be a number from 1 to 100.");
}

}  // namespace

Result<OrderQuery> read_order_query(std::string_view query) {
  TRY(auto form, uri::Form::parse(query));
  if (form.find_repeated()) return fail(Error::Kind::invalid, "A parameter is there twice.");
  OrderQuery read;
  if (const std::string* text = form.find_only("q")) read.text = *text;
  if (read.text.size() > text_bytes_max) return fail(Error::Kind::invalid, "q is too long.");
  if (const std::string* cursor = form.find_only("cursor")) read.cursor = *cursor;
  if (const std::string* status = form.find_only("status"); status && !status->empty()) {
    read.status = parse_order_status(*status);
    if (!read.status) return fail(Error::Kind::invalid, "status must be open, paid, shipped or cancelled.");
  }
  if (const std::string* limit = form.find_only("limit"); limit && !limit->empty()) {
    TRY(read.limit, parse_limit(*limit));
  }
  return read;
}

void Api::add_routes(http::Router& router) {
  using http::Method;
  const auto add = [&](Method method, std::string_view pattern,
                       Reply (Api::*endpoint)(Request&, const PathParameters&)) {
    router.add(method, pattern, [this, endpoint](Request& request, const PathParameters& path) {
      return (this->*endpoint)(request, path);
    });
  };
  add(Method::get, "/api/users", &Api::list_users);
  add(Method::get, "/api/orders", &Api::list_orders);
  add(Method::get, "/api/orders/{id}", &Api::get_order);
  add(Method::post, "/api/orders/{id}/cancel", &Api::cancel_order);
}

Api::Reply Api::list_users(Request& request, const PathParameters&) {
  const auto caller = co_await bearer_.authenticate(request);
  if (!caller) co_return answer(caller.error());
  if (caller->organization_id.empty()) {
    auto person = co_await clerk_.get_user(caller->user_id);
    if (!person) co_return answer(person.error());
    co_return answer(200, Users{.users = {*std::move(person)}});
  }
  auto people = co_await clerk_.list_members(caller->organization_id);
  if (!people) co_return answer(people.error());
  co_return answer(200, Users{.users = *std::move(people)});
}

Api::Reply Api::list_orders(Request& request, const PathParameters&) {
  const auto caller = co_await bearer_.authenticate(request);
  if (!caller) co_return answer(caller.error());
  const auto query = read_order_query(request.query());
  if (!query) co_return answer(query.error());
  const auto page = orders_.list(caller->user_id, *query);
  if (!page) co_return answer(Error{Error::Kind::invalid, "cursor is none that we gave out."});
  co_return answer(200, *page);
}

Api::Reply Api::get_order(Request& request, const PathParameters& path) {
  const auto caller = co_await bearer_.authenticate(request);
  if (!caller) co_return answer(caller.error());
  const Order* order = orders_.find(caller->user_id, path.get("id"));
  if (!order) co_return answer(no_such_order());
  co_return answer(200, *order);
}

Api::Reply Api::cancel_order(Request& request, const PathParameters& path) {
  const auto caller = co_await bearer_.authenticate(request);
  if (!caller) co_return answer(caller.error());
  switch (orders_.cancel(caller->user_id, path.get("id"))) {
    case Cancellation::cancelled:
      co_return answer(200, *orders_.find(caller->user_id, path.get("id")));
    case Cancellation::not_found:
      co_return answer(no_such_order());
    case Cancellation::already_shipped:
      co_return answer(Error{Error::Kind::conflict, "The order was shipped already and cannot be cancelled."});
    case Cancellation::already_cancelled:
      co_return answer(Error{Error::Kind::conflict, "The order was cancelled before."});
  }
  co_return answer(Error{Error::Kind::internal, "The order could not be cancelled."});
}

}  // namespace acme
