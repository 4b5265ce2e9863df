internal import Tensors

/// A file that holds weights of a graph.
package struct ExternalFile: Encodable, Sendable, Equatable {
    package let path: String
    /// Of the whole file.
    package let bytes: Int
    /// Covered by the graph's tensors; those that several tensors share are counted once.
    package let usedBytes: Int

    /// The files in which tensors lie, by path.
    static func all(of tensors: [Tensor], among paths: [String]) -> [ExternalFile] {
        var places: [String: [MappedBytes]] = [:]
        for place in tensors.compactMap(\.mappedBytes) where paths.contains(place.path) {
            places[place.path, default: []].append(place)
        }
        return places.sorted { $0.key < $1.key }.map { path, places in
            ExternalFile(
                path: path, bytes: places[0].fileByteCount, usedBytes: covered(places.map(\.range)))
        }
    }

    /// The number of bytes in at least one of the ranges.
    private static func covered(_ ranges: [Range<Int>]) -> Int {
        var count = 0
        var end = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > end {
            count += range.upperBound - max(range.lowerBound, end)
            end = range.upperBound
        }
        return count
    }
}
