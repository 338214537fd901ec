// All orders as one CSV file, page by page. It may take long, so it says how far it is, and may become a task.
#pragma once

#include <string>
#include <string_view>

#include "app/tools/search_orders.hpp"
#include "postern/mcp.hpp"

namespace app {

// RFC 4180 sec. 2.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
  return field + "\"";
}

inline postern::Task<postern::Result<mcp::EmbeddedText>> export_orders(mcp::Call& call) {
  std::string csv = "id,status,placed_on,total,currency\r\n";
  std::optional<std::string> cursor;
  int count = 0;
  do {
    CO_TRY(Orders page, co_await call.api().get<Orders>("/api/orders", {{"limit", 100}, {"cursor", cursor}}));
    for (const Order& order : page.orders) {
      csv += csv_field(order.id) + "," + std::string{*postern::json::name_of(order.status)} + "," +
             csv_field(order.placed_on) + "," + decimal(order.total_cents) + "," + csv_field(order.currency) + "\r\n";
    }
    count += static_cast<int>(page.orders.size());
    call.progress(count, std::nullopt, std::to_string(count) + " orders");
    cursor = std::move(page.next_cursor);
  } while (cursor);
  co_return mcp::EmbeddedText{.uri = "acme://orders.csv", .mime_type = "text/csv", .text = std::move(csv)};
}

}  // namespace app
