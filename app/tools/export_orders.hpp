// All orders as one CSV file. It may take long, so it may become a task.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/tools/all_orders.hpp"
#include "app/tools/order.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

// RFC 4180 sec. 2.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field += '"';
}

inline mcp::Task<mcp::Result<mcp::EmbeddedText>> export_orders(mcp::Call& call) {
  CO_TRY(const std::vector<Order> orders, co_await all_orders(call));
  std::string csv = "id,status,placed_on,total,currency\r\n";
  for (const Order& order : orders) {
    csv += csv_field(order.id) + "," + std::string{*postern::json::name_of(order.status)} + "," +
           csv_field(order.placed_on) + "," + decimal(order.total_cents) + "," + csv_field(order.currency) + "\r\n";
  }
  co_return mcp::EmbeddedText{.uri = "acme://orders.csv", .mime_type = "text/csv", .text = std::move(csv)};
}

}  // namespace app
