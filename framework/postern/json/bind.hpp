// C++ structs as JSON: both ways, and as JSON Schema 2020-12. Nothing to declare for a plain struct:
//
//   enum class Status { open, paid };
//   struct Order { std::string number; Status status; std::optional<double> total; };
//   struct Orders { std::vector<Order> orders; };
//
//   std::string text = json::encode(orders);        // {"orders":[{"number":"A-17","status":"open"}]}
//   TRY(auto orders, json::decode<Orders>(value));
//   json::Object schema = json::schema<Orders>();
//
// Descriptions and constraints: see rules.hpp. Types: bool, integers, float, double, std::string, Strong ids, scoped
// enums (their enumerators' names), std::chrono times of the system clock (RFC 3339, to the millisecond),
// std::optional, std::vector, std::map from std::string, std::variant (the first alternative that fits; std::monostate
// is null), json::Value (anything), json::Object, json::Array, and structs of these: plain aggregates without base
// classes and of up to 24 members, or any default-constructible struct with a `schema`. A struct may contain itself.
//
// A member must be there unless
//   - it is a std::optional, or
//   - it has a default that can be seen: a default-constructed struct has there something else than its type's empty
//     value (0, "", [] ...). For a number, bool or enum any initialiser is seen, `bool archived = false` too, except in
//     a struct that holds a std::map or a json value: those cannot be constructed at compile time;
//   - or rules.hpp's json::required or json::optional_field say otherwise.
// A member that is left out has its default, which the schema names.
//
// Decoding never coerces: "20" is no integer. 20.0 and 2e1 are, as JSON Schema says. Null stands for an empty optional.
// Members that the struct does not have are ignored (what another server sends may grow) or refused (what an assistant
// sends is best told its typing errors), as UnknownMembers says; with `refuse`, the schema says so too. The error is
// Error::Kind::invalid and its message tells up to five problems, where they are, what was expected and what came.
//
// Encoding leaves empty optionals out.
#pragma once

#include "postern/json/decode.hpp"
#include "postern/json/encode.hpp"
#include "postern/json/rules.hpp"
#include "postern/json/schema.hpp"
#include "postern/json/value.hpp"
#include "postern/json/writer.hpp"
