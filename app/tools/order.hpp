// An order as the app's API gives it. What several tools speak of has a file of its own.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace app {

enum class OrderStatus { open, paid, shipped, cancelled };

struct OrderItem {
  std::string name;
  int quantity = 1;
  std::int64_t unit_price_cents = 0;
};

struct Order {
  std::string id;
  OrderStatus status = OrderStatus::open;
  std::string placed_on;  // a date, such as 2026-11-23
  std::int64_t total_cents = 0;
  std::string currency;
  std::vector<OrderItem> items;
};

// 1205 is "12.05", and -5 is "-0.05".
inline std::string decimal(std::int64_t cents) {
  const std::string whole = std::to_string(std::abs(cents / 100));
  const std::string rest = std::to_string(std::abs(cents % 100));
  return (cents < 0 ? "-" : "") + whole + (rest.size() == 1 ? ".0" : ".") + rest;
}

}  // namespace app
