// What people see: the front page, their orders, signing out, and the page by which they connect an assistant.
//
// /auth/mcp is where the MCP server sends a browser to find out who its user is. The server has asked for consent
// already; here the user signs in, if need be, and the browser carries a fresh session token back. It goes to the
// configured server's /callback and to no other place, whatever `callback_url` says, and it goes in a form's body, so
// no address, history or log has it.
#pragma once

#include "acme-app/clerk_api.hpp"
#include "acme-app/order_book.hpp"
#include "acme-app/settings.hpp"
#include "acme-app/web_session.hpp"
#include "postern/http/router.hpp"

namespace acme {

class Pages {
 public:
  // All outlive it.
  Pages(const Settings& settings, WebSessions& sessions, ClerkApi& clerk, OrderBook& orders)
      : settings_(settings), sessions_(sessions), clerk_(clerk), orders_(orders) {}
  void add_routes(postern::http::Router& router);

 private:
  using Request = postern::http::Request;
  using Reply = postern::Task<postern::http::Response>;

  Reply home(Request& request);
  Reply list_orders(Request& request);
  Reply ask_sign_out(Request& request);
  Reply sign_out(Request& request);
  Reply connect(Request& request);  // connect_page.cpp

  // The user's name; the id, if Clerk does not say.
  postern::Task<std::string> name_of(std::string user_id);

  const Settings& settings_;
  WebSessions& sessions_;
  ClerkApi& clerk_;
  OrderBook& orders_;
};

// Posts the form of /auth/mcp; without scripts its button does.
[[nodiscard]] postern::http::Response connect_script();

}  // namespace acme
