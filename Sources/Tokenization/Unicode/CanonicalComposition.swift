/// Unicode normalization form C, by the tables of the reference tokenizer.
///
/// The standard library's normalization follows a newer Unicode than the reference, and is not public.
enum CanonicalComposition {
    /// `text`, which must be valid UTF-8, with combining marks in canonical order and composed.
    ///
    /// - Complexity: O(*n* log *n*) in the worst case, of a text that consists of combining marks.
    static func compose(_ text: [UInt8]) -> [UInt8] {
        // No scalar below U+0300, whose lead byte is the first one tested for, is changed by composition.
        guard text.contains(where: { $0 >= 0xCC }) else { return text }
        var scalars = decomposed(text)
        sortMarks(&scalars)
        compose(&scalars)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (scalar, _) in scalars {
            // Every number comes from text or a table, and none is a surrogate.
            if let scalar = Unicode.Scalar(scalar) { result.append(utf8Of: scalar) }
        }
        return result
    }

    /// A scalar and its canonical combining class.
    private typealias Classified = (scalar: UInt32, combiningClass: UInt32)

    private static func decomposed(_ text: [UInt8]) -> [Classified] {
        var result: [Classified] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let scalar = text.scalar(at: position)
            position = scalar.end
            if scalar.value < 0xC0 {
                result.append((scalar.value, 0))
            } else {
                decompose(scalar.value, into: &result)
            }
        }
        return result
    }

    private static func decompose(_ scalar: UInt32, into result: inout [Classified]) {
        if let syllable = HangulSyllable(scalar) {
            for part in syllable.parts { result.append((part, 0)) }
        } else if let parts = CanonicalMappings.shared.decompositions[scalar] {
            decompose(parts.first, into: &result)
            // The second part never decomposes; zero stands for a mapping to a single scalar.
            if parts.second != 0 {
                result.append((parts.second, CanonicalMappings.combiningClass(parts.second)))
            }
        } else {
            result.append((scalar, CanonicalMappings.combiningClass(scalar)))
        }
    }

    /// Sorts each run of scalars that are not of class 0 by class, keeping the order of equal ones.
    private static func sortMarks(_ scalars: inout [Classified]) {
        var start = 0
        while start < scalars.count {
            guard scalars[start].combiningClass != 0 else {
                start += 1
                continue
            }
            let end = scalars[start...].firstIndex { $0.combiningClass == 0 } ?? scalars.count
            scalars[start..<end].sort { $0.combiningClass < $1.combiningClass }
            start = end
        }
    }

    /// Joins each starter with what follows it and is not blocked by a mark of the same or a higher class.
    private static func compose(_ scalars: inout [Classified]) {
        var starter: Int?
        var count = 0
        for index in scalars.indices {
            let (scalar, combiningClass) = scalars[index]
            if let starter {
                let isBlocked = count - 1 > starter && scalars[count - 1].combiningClass >= combiningClass
                if !isBlocked, let composite = composite(of: scalars[starter].scalar, scalar) {
                    scalars[starter].scalar = composite
                    continue
                }
            }
            if combiningClass == 0 { starter = count }
            scalars[count] = (scalar, combiningClass)
            count += 1
        }
        scalars.removeLast(scalars.count - count)
    }

    private static func composite(of first: UInt32, _ second: UInt32) -> UInt32? {
        // No scalar below U+0300 is the second part of a composite.
        guard second >= 0x300 else { return nil }
        return HangulSyllable.composite(of: first, second)
            ?? CanonicalMappings.shared.composites[UInt64(first) << 32 | UInt64(second)]
    }
}
