// The shop's JSON API. Every call needs the user's token, and shows and changes that user's orders only. Of people it
// shows the members of the organization that is active in the user's session; without one, the user alone.
//
//   GET  /api/users                  {"users":[{"id","name","email"}]}
//   GET  /api/orders                 ?q=&status=&limit=&cursor=   {"orders":[Order],"next_cursor"?}
//   GET  /api/orders/{id}            Order
//   POST /api/orders/{id}/cancel     Order, or 409 if it was shipped or cancelled before
//
//   Order  {"id","status","placed_on","total_cents","currency","items":[{"name","quantity","unit_price_cents"}]}
//   Error  {"error":"not_found","message":"There is no such order."}
#pragma once

#include "acme-app/bearer.hpp"
#include "acme-app/clerk_api.hpp"
#include "acme-app/order_book.hpp"
#include "postern/http/router.hpp"

namespace acme {

class Api {
 public:
  // All outlive it.
  Api(Bearer& bearer, ClerkApi& clerk, OrderBook& orders) : bearer_(bearer), clerk_(clerk), orders_(orders) {}
  void add_routes(postern::http::Router& router);

 private:
  using Request = postern::http::Request;
  using PathParameters = postern::http::PathParameters;
  using Reply = postern::Task<postern::http::Response>;

  Reply list_users(Request& request, const PathParameters& path);
  Reply list_orders(Request& request, const PathParameters& path);
  Reply get_order(Request& request, const PathParameters& path);
  Reply cancel_order(Request& request, const PathParameters& path);

  Bearer& bearer_;
  ClerkApi& clerk_;
  OrderBook& orders_;
};

// The query of a list of orders, from the API or from the page: the same names and limits.
[[nodiscard]] postern::Result<OrderQuery> read_order_query(std::string_view query);

}  // namespace acme
