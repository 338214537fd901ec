#include "acme-app/pages.hpp"

#include <format>

#include "acme-app/api.hpp"
#include "acme-app/layout.hpp"
#include "postern/http/html.hpp"
#include "postern/uri/form.hpp"

namespace acme {

using namespace postern;

namespace {

using http::escape_html;

std::string money(std::int64_t cents, std::string_view currency) {
  return std::format("{} {}.{:02}", currency, cents / 100, cents % 100);
}

std::string order_line(const Order& order) {
  std::string items;
  for (const OrderItem& item : order.items) {
    if (!items.empty()) items += " · ";
    items += (item.quantity > 1 ? std::to_string(item.quantity) + " × " : "") + item.name;
  }
  const std::string status{to_string(order.status)};
  return "<li><span class=\"what\">" + escape_html(items) + "<small>" + order.placed_on + " · " +
         escape_html(order.id) + "</small></span><span class=\"status " + status + "\">" + status +
         "</span><span class=\"total\">" + money(order.total_cents, order.currency) + "</span></li>\n";
}

std::string search_form(const OrderQuery& query) {
  std::string html =
      "<form class=\"search\" action=\"/orders\"><input name=\"q\" type=\"search\" aria-label=\"Search\" "
      "placeholder=\"Search your orders\" value=\"" +
      escape_html(query.text) +
      "\"><select name=\"status\" aria-label=\"Status\"><option value=\"\">Any status</option>";
  for (const auto status : {OrderStatus::open, OrderStatus::paid, OrderStatus::shipped, OrderStatus::cancelled}) {
    html += std::string("<option") + (query.status == status ? " selected>" : ">") + std::string(to_string(status)) +
            "</option>";
  }
  return html + "</select><button class=\"button\">Search</button></form>\n";
}

std::string next_link(const OrderQuery& query, const OrderPage& page) {
  if (!page.next_cursor) return "";
  const uri::Form next{
      {"q", query.text}, {"status", query.status ? to_string(*query.status) : ""}, {"cursor", *page.next_cursor}};
  return "<a href=\"/orders?" + escape_html(next.serialize()) + "\">Older orders</a>";
}

http::Response refused(std::string_view text, const std::string& signed_in_as) {
  return page({.status = 400,
               .title = "Not possible",
               .body = "<h1>That is not possible</h1><p>" + escape_html(text) + "</p>",
               .signed_in_as = signed_in_as});
}

}  // namespace

void Pages::add_routes(http::Router& router) {
  using http::Method;
  const auto add = [&](Method method, std::string_view pattern, Reply (Pages::*endpoint)(Request&)) {
    router.add(method, pattern,
               [this, endpoint](Request& request, const http::PathParameters&) { return (this->*endpoint)(request); });
  };
  const auto add_file = [&](std::string_view pattern, http::Response (*file)()) {
    router.add(Method::get, pattern, [file](Request&, const http::PathParameters&) {
      return [](http::Response response) -> Reply { co_return response; }(file());
    });
  };
  add(Method::get, "/", &Pages::home);
  add(Method::get, "/orders", &Pages::list_orders);
  add(Method::get, "/sign-out", &Pages::ask_sign_out);
  add(Method::post, "/sign-out", &Pages::sign_out);
  add(Method::get, "/auth/mcp", &Pages::connect);
  add_file("/acme.css", stylesheet);
  add_file("/connect.js", connect_script);
}

Task<std::string> Pages::name_of(std::string user_id) {
  auto person = co_await clerk_.get_user(user_id);
  co_return person ? std::move(person->name) : std::move(user_id);
}

Pages::Reply Pages::home(Request& request) {
  Visit visit = co_await sessions_.look(request);
  if (auto* response = std::get_if<http::Response>(&visit)) co_return std::move(*response);
  const auto* user = std::get_if<SignedIn>(&visit);
  const std::string name = user ? co_await name_of(user->user_id) : "";
  co_return page(
      {.title = "Things for the desk",
       .body = "<h1>Things for the desk</h1><p>Lamps, pens, paper and chairs, made to be used for a long time.</p>"
               "<p>This is the example app of Postern: a small shop with Clerk sign-in. Assistants reach it through "
               "the MCP server at <code>" +
               escape_html(settings_.mcp_server_url) +
               "/mcp</code>, as the person who connected them.</p><a class=\"button\" href=\"/orders\">Your orders</a>",
       .signed_in_as = name});
}

Pages::Reply Pages::list_orders(Request& request) {
  Visit visit = co_await sessions_.require(request);
  if (auto* response = std::get_if<http::Response>(&visit)) co_return std::move(*response);
  const std::string user_id = std::get<SignedIn>(visit).user_id;
  const std::string name = co_await name_of(user_id);
  const auto query = read_order_query(request.query());
  if (!query) co_return refused(query.error().message, name);
  const auto found = orders_.list(user_id, *query);
  if (!found) co_return refused("That page of orders does not exist.", name);

  std::string body = "<h1>Your orders</h1>\n" + search_form(*query);
  if (found->orders.empty()) body += "<p>No order matches.</p>";
  if (!found->orders.empty()) {
    body += "<ul class=\"orders\">\n";
    for (const Order& order : found->orders) body += order_line(order);
    body += "</ul>\n";
  }
  body += next_link(*query, *found);
  co_return page({.title = "Your orders", .body = std::move(body), .signed_in_as = name});
}

Pages::Reply Pages::ask_sign_out(Request& request) {
  Visit visit = co_await sessions_.look(request);
  if (auto* response = std::get_if<http::Response>(&visit)) co_return std::move(*response);
  const auto* user = std::get_if<SignedIn>(&visit);
  if (!user) co_return http::Response::redirect(302, "/");
  const std::string name = co_await name_of(user->user_id);
  co_return page(
      {.title = "Sign out",
       .body = "<main class=\"narrow\"><form class=\"card\" method=\"post\" action=\"/sign-out\"><h1>Sign out?</h1>"
               "<p>Assistants that you connected lose access too.</p><button class=\"button\">Sign out</button>"
               "</form></main>",
       .signed_in_as = name});
}

Pages::Reply Pages::sign_out(Request& request) { return sessions_.sign_out(request); }

}  // namespace acme
