// YOURS: what this server is called, what it may be allowed to do, and what it offers. One statement each.
#include "app/app.hpp"

#include "app/pages/orders_page.hpp"
#include "app/prompts/explain_order.hpp"
#include "app/resources/order.hpp"
#include "app/tools/cancel_order.hpp"
#include "app/tools/export_orders.hpp"
#include "app/tools/list_users.hpp"
#include "app/tools/orders_chart.hpp"
#include "app/tools/search_orders.hpp"
#include "app/tools/who_am_i.hpp"

namespace app {

mcp::App make_app() {
  mcp::App app{"acme", "0.1.0"};
  app.title("Acme Shop");
  app.instructions(
      "Tools for the signed-in customer of the Acme shop: look at orders, cancel one that has not shipped.");

  // What a person is asked to allow, in words for the consent page.
  app.scope("profile:read", "See who you are and who else is in your organization");
  app.scope("orders:read", "See your orders");
  app.scope("orders:write", "Cancel your orders").includes("orders:read");

  app.tool("who_am_i", "Tell who is signed in, and through which assistant.", who_am_i)
      .read_only()
      .needs_scope("profile:read");
  app.tool("list_users", "List the people of the organization that the user has open at the shop.", list_users)
      .read_only()
      .needs_scope("profile:read");
  app.tool("search_orders", "Find the signed-in user's orders.", search_orders)
      .read_only()
      .needs_scope("orders:read")
      .shows("ui://acme/orders");
  app.tool("orders_chart", "Draw what the signed-in user spent, month by month.", orders_chart)
      .read_only()
      .needs_scope("orders:read");
  app.tool("export_orders", "Give all orders of the signed-in user as a CSV file.", export_orders)
      .read_only()
      .needs_scope("orders:read")
      .may_become_task();
  app.tool("cancel_order", "Cancel an order that has not shipped.", cancel_order)
      .destructive()
      .idempotent()
      .needs_scope("orders:write");

  app.page("ui://acme/orders", "orders", "Shows orders as a table.", std::string{orders_page});
  app.resource_template("acme://orders/{id}", "order", "One order of the signed-in user.", read_order)
      .mime_type("application/json")
      .needs_scope("orders:read")
      .complete("id", complete_order_id);
  app.prompt("explain_order", "Explain one of my orders.", explain_order)
      .needs_scope("orders:read")
      .complete("order_id", complete_order_id);
  return app;
}

}  // namespace app
