/// A number for each axis of a tensor, outermost first: its dimensions, or its strides.
///
/// Up to six lie in the value itself. Every operator of a decoding step makes and copies some, and memory for each would
/// take longer than what many of them compute.
package struct Axes: Sendable, RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral,
    CustomStringConvertible
{
    package let count: Int
    private var near = Near()
    /// All of them if there are more than six.
    private var far: [Int]?

    /// - Parameter number: gives an axis' number.
    package init(count: Int, _ number: (_ axis: Int) -> Int) {
        self.count = count
        if count <= Near.count {
            for axis in 0..<count { near[axis] = number(axis) }
        } else {
            far = (0..<count).map(number)
        }
    }

    package init(_ numbers: [Int]) {
        self.init(count: numbers.count) { numbers[$0] }
    }

    package init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    package init(repeating number: Int, count: Int) {
        self.init(count: count) { _ in number }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(axis: Int) -> Int {
        get {
            precondition(axis >= 0 && axis < count, "axis \(axis) of \(count)")
            return far?[axis] ?? near[axis]
        }
        set {
            precondition(axis >= 0 && axis < count, "axis \(axis) of \(count)")
            if far == nil { near[axis] = newValue } else { far?[axis] = newValue }
        }
    }

    /// Without an axis.
    package func removing(_ axis: Int) -> Axes {
        precondition(axis >= 0 && axis < count, "axis \(axis) of \(count)")
        return Axes(count: count - 1) { self[$0 < axis ? $0 : $0 + 1] }
    }

    /// With a number for an axis inserted before `axis`.
    package func inserting(_ number: Int, at axis: Int) -> Axes {
        precondition(axis >= 0 && axis <= count, "axis \(axis) of \(count)")
        return Axes(count: count + 1) { $0 == axis ? number : self[$0 < axis ? $0 : $0 - 1] }
    }

    /// With another number for an axis.
    package func replacing(_ axis: Int, with number: Int) -> Axes {
        var result = self
        result[axis] = number
        return result
    }

    /// Six numbers. Not an `InlineArray`: spans could not be borrowed from what contains one.
    private struct Near: Sendable {
        static let count = 6
        private var (a, b, c, d, e, f) = (0, 0, 0, 0, 0, 0)

        subscript(index: Int) -> Int {
            get {
                switch index {
                case 0: a
                case 1: b
                case 2: c
                case 3: d
                case 4: e
                default: f
                }
            }
            set {
                switch index {
                case 0: a = newValue
                case 1: b = newValue
                case 2: c = newValue
                case 3: d = newValue
                case 4: e = newValue
                default: f = newValue
                }
            }
        }
    }

    /// `[2, 3]`
    package var description: String { "\(Array(self))" }
}

extension Axes: Hashable {
    package static func == (a: Axes, b: Axes) -> Bool {
        guard a.count == b.count else { return false }
        for axis in 0..<a.count where a[axis] != b[axis] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for axis in 0..<count { hasher.combine(self[axis]) }
    }
}
