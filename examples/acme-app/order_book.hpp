// The shop's orders, in memory: an example, so nothing is kept over a restart.
//
//   OrderBook book;
//   OrderPage page = *book.list(user_id, {.text = "lamp", .limit = 20});
//   Cancellation outcome = book.cancel(user_id, "ord_...");
//
// Every question names the user and sees that user's orders only. A user who was never here before finds a share of
// orders that is always the same for the same user id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acme {

enum class OrderStatus : std::uint8_t { open, paid, shipped, cancelled };
[[nodiscard]] std::string_view to_string(OrderStatus status);
[[nodiscard]] std::optional<OrderStatus> parse_order_status(std::string_view text);

struct OrderItem {
  std::string name;
  int quantity = 1;
  std::int64_t unit_price_cents = 0;
};

struct Order {
  std::string id;
  OrderStatus status = OrderStatus::open;
  std::string placed_on;  // "2026-11-20"
  std::int64_t total_cents = 0;
  std::string currency;
  std::vector<OrderItem> items;
};

struct OrderQuery {
  std::string text;                   // looked for in the id and the items' names, without case
  std::optional<OrderStatus> status;  // any
  std::size_t limit = 20;
  std::string cursor;  // from the page before
};

struct OrderPage {
  std::vector<Order> orders;  // newest first
  std::optional<std::string> next_cursor;
};

enum class Cancellation : std::uint8_t { cancelled, not_found, already_shipped, already_cancelled };

class OrderBook {
 public:
  struct UnknownCursor {};
  [[nodiscard]] std::expected<OrderPage, UnknownCursor> list(const std::string& user_id, const OrderQuery& query);
  [[nodiscard]] const Order* find(const std::string& user_id, std::string_view order_id);
  Cancellation cancel(const std::string& user_id, std::string_view order_id);

 private:
  [[nodiscard]] std::vector<Order>& share_of(const std::string& user_id);

  std::map<std::string, std::vector<Order>> shares_;  // by user
};

// The orders that a user starts with, newest first: 67 each, so that the three people of the offline Clerk have 201.
[[nodiscard]] std::vector<Order> seed_orders(std::string_view user_id);

}  // namespace acme
