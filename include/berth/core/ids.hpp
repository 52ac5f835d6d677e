// Identities are indices into contiguous tables, each a type of its own: an IdVector<NodeId, Node> takes no
// other index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace berth {

enum class PoolId : std::uint32_t {};
enum class NodeId : std::uint32_t {};
enum class QueueId : std::uint32_t {};     // departments, projects and any inner queue: nodes of one tree
enum class WorkloadId : std::uint32_t {};  // in order of submission
enum class PodId : std::uint32_t {};
enum class ShapeId : std::uint32_t {};  // workloads that ask for the same thing (workload/shape.hpp)
enum class GpuModelId : std::uint32_t {};

template <class Id>
constexpr std::size_t index_of(Id id) {
  return static_cast<std::size_t>(static_cast<std::underlying_type_t<Id>>(id));
}
template <class Id>
constexpr Id id_of(std::size_t index) {
  return static_cast<Id>(static_cast<std::underlying_type_t<Id>>(index));
}
// No such entity. Tables are bounded far below this (scenario bounds).
template <class Id>
constexpr Id none() {
  return static_cast<Id>(~static_cast<std::underlying_type_t<Id>>(0));
}

template <class Id, class T>
class IdVector {
 public:
  IdVector() = default;
  explicit IdVector(std::size_t n, const T& value = T()) : items_(n, value) {}

  T& operator[](Id id) { return items_[index_of(id)]; }
  const T& operator[](Id id) const { return items_[index_of(id)]; }
  Id push_back(T value) {
    items_.push_back(std::move(value));
    return id_of<Id>(items_.size() - 1);
  }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  void resize(std::size_t n) { items_.resize(n); }
  void assign(std::size_t n, const T& value) { items_.assign(n, value); }
  void reserve(std::size_t n) { items_.reserve(n); }
  void clear() { items_.clear(); }
  bool contains(Id id) const { return index_of(id) < items_.size(); }
  Id end_id() const { return id_of<Id>(items_.size()); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  bool operator==(const IdVector&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace berth
