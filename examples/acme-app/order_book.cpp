#include "acme-app/order_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace acme {

namespace {

constexpr std::size_t users_max = 1'000;
constexpr std::array<std::string_view, 4> statuses = {"open", "paid", "shipped", "cancelled"};  // as enumerated

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return part.empty() || !std::ranges::search(text, part, {}, lower, lower).empty();
}

bool matches(const Order& order, const OrderQuery& query) {
  if (query.status && order.status != *query.status) return false;
  return contains_ignoring_case(order.id, query.text) || std::ranges::any_of(order.items, [&](const OrderItem& item) {
           return contains_ignoring_case(item.name, query.text);
         });
}

}  // namespace

std::string_view to_string(OrderStatus status) { return statuses[std::to_underlying(status)]; }

std::optional<OrderStatus> parse_order_status(std::string_view text) {
  const auto found = std::ranges::find(statuses, text);
  if (found == statuses.end()) return std::nullopt;
  return static_cast<OrderStatus>(found - statuses.begin());
}

std::vector<Order>& OrderBook::share_of(const std::string& user_id) {
  const auto known = shares_.find(user_id);
  if (known != shares_.end()) return known->second;
  if (shares_.size() == users_max) shares_.erase(shares_.begin());  // an example's way to stay small
  return shares_.emplace(user_id, seed_orders(user_id)).first->second;
}

std::expected<OrderPage, OrderBook::UnknownCursor> OrderBook::list(const std::string& user_id,
                                                                   const OrderQuery& query) {
  const std::vector<Order>& share = share_of(user_id);
  auto order = share.begin();
  if (!query.cursor.empty()) {
    order = std::ranges::find(share, query.cursor, &Order::id);
    if (order == share.end()) return std::unexpected(UnknownCursor{});
    ++order;
  }
  OrderPage page;
  for (; order != share.end(); ++order) {
    if (!matches(*order, query)) continue;
    if (page.orders.size() == query.limit) {
      page.next_cursor = page.orders.back().id;
      break;
    }
    page.orders.push_back(*order);
  }
  return page;
}

const Order* OrderBook::find(const std::string& user_id, std::string_view order_id) {
  const std::vector<Order>& share = share_of(user_id);
  const auto found = std::ranges::find(share, order_id, &Order::id);
  return found == share.end() ? nullptr : &*found;
}

Cancellation OrderBook::cancel(const std::string& user_id, std::string_view order_id) {
  std::vector<Order>& share = share_of(user_id);
  const auto order = std::ranges::find(share, order_id, &Order::id);
  if (order == share.end()) return Cancellation::not_found;
  if (order->status == OrderStatus::shipped) return Cancellation::already_shipped;
  if (order->status == OrderStatus::cancelled) return Cancellation::already_cancelled;
  order->status = OrderStatus::cancelled;
  return Cancellation::cancelled;
}

}  // namespace acme
