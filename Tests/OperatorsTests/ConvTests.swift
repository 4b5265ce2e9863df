import Operators
import Tensors
import Testing

@Suite struct ConvTests {
    struct Window: Sendable, CustomStringConvertible {
        var input: [Int]
        var weights: [Int]
        var groups = 1
        var strides: [Int]
        var dilations: [Int]
        var pads: [Int]

        var description: String {
            "\(input) by \(weights), \(groups) groups, \(strides) \(dilations) \(pads)"
        }

        init(
            _ input: [Int], _ weights: [Int], groups: Int = 1, strides: [Int]? = nil,
            dilations: [Int]? = nil, pads: [Int]? = nil
        ) {
            let axes = input.count - 2
            self.input = input
            self.weights = weights
            self.groups = groups
            self.strides = strides ?? [Int](repeating: 1, count: axes)
            self.dilations = dilations ?? [Int](repeating: 1, count: axes)
            self.pads = pads ?? [Int](repeating: 0, count: 2 * axes)
        }

        var attributes: OperatorAttributes {
            [
                "group": .int(groups), "strides": .ints(strides), "dilations": .ints(dilations),
                "pads": .ints(pads), "kernel_shape": .ints(Array(weights[2...])),
            ]
        }
    }

    /// The definition, in double precision.
    private func reference(_ window: Window, _ x: Tensor, _ w: Tensor, _ bias: Tensor?) -> (Shape, [Double]) {
        let axes = window.input.count - 2
        let output = (0..<axes).map { axis in
            let extent = (window.weights[axis + 2] - 1) * window.dilations[axis] + 1
            let padded = window.input[axis + 2] + window.pads[axis] + window.pads[axes + axis]
            return (padded - extent) / window.strides[axis] + 1
        }
        let shape = Shape([window.input[0], window.weights[0]] + output)
        let (inputs, weights, biases) = (x.doubles, w.doubles, bias?.doubles)
        let (inputStrides, weightStrides) = (x.shape.rowMajorStrides, w.shape.rowMajorStrides)
        let perGroup = window.weights[1]
        let taps = Shape(Array(window.weights[1...]))
        var result: [Double] = []
        for index in 0..<shape.elementCount {
            let place = coordinates(index, shape)
            let group = place[1] / (window.weights[0] / window.groups)
            var sum = biases?[place[1]] ?? 0
            for tapIndex in 0..<taps.elementCount {
                let tap = coordinates(tapIndex, taps)
                var offset = place[0] * inputStrides[0] + (group * perGroup + tap[0]) * inputStrides[1]
                var weightOffset = place[1] * weightStrides[0] + tap[0] * weightStrides[1]
                var isInside = true
                for axis in 0..<axes {
                    let position =
                        place[axis + 2] * window.strides[axis] + tap[axis + 1] * window.dilations[axis]
                        - window.pads[axis]
                    if position < 0 || position >= window.input[axis + 2] { isInside = false }
                    offset += position * inputStrides[axis + 2]
                    weightOffset += tap[axis + 1] * weightStrides[axis + 2]
                }
                if isInside { sum += inputs[offset] * weights[weightOffset] }
            }
            result.append(sum)
        }
        return (shape, result)
    }

    private func coordinates(_ index: Int, _ shape: Shape) -> [Int] {
        zip(shape.rowMajorStrides, shape).map { index / $0 % $1 }
    }

    @Test(arguments: [
        Window([2, 3, 17], [4, 3, 3]),
        Window([2, 3, 17], [4, 3, 3], strides: [2], dilations: [3], pads: [2, 5]),
        Window([1, 1, 1], [1, 1, 1]),
        Window([1, 2, 4], [3, 2, 1], pads: [3, 2]),
        Window([1, 2, 3], [3, 2, 5], pads: [9, 9]),
        Window([2, 3, 9, 11], [5, 3, 3, 3], pads: [1, 1, 1, 1]),
        Window([2, 3, 9, 11], [5, 3, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1]),
        Window(
            [2, 4, 9, 11], [6, 2, 3, 2], groups: 2, strides: [2, 3], dilations: [2, 1], pads: [0, 2, 3, 1]),
        Window([1, 6, 8, 8], [6, 1, 3, 3], groups: 6, pads: [1, 1, 1, 1]),
        Window([1, 6, 8, 8], [12, 1, 3, 3], groups: 6, strides: [1, 2]),
        Window([2, 5, 7, 6], [3, 5, 1, 1]),
        Window([2, 5, 7, 6], [3, 5, 1, 1], strides: [2, 1]),
        Window([2, 5, 7, 6], [3, 5, 1, 1], pads: [1, 0, 0, 2]),
        Window([1, 2, 4, 5, 6], [3, 2, 2, 3, 2], strides: [1, 2, 1], pads: [1, 0, 1, 0, 1, 0]),
        Window([0, 3, 9], [4, 3, 3]),
        Window([2, 3, 9], [0, 3, 3]),
        Window([1, 40, 70, 40], [16, 40, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1]),
    ])
    func equalsTheDefinition(window: Window) throws {
        var numbers = Numbers()
        let (x, w) = (numbers.tensor(Shape(window.input)), numbers.tensor(Shape(window.weights)))
        for bias in [nil, numbers.tensor(window.weights[0])] {
            let (shape, expected) = reference(window, x, w, bias)
            for threads in [1, 3] {
                let result = try run("Conv", window.attributes, [x, w, bias], threads: threads)[0]
                #expect(result.shape == shape)
                #expect(relativeDistance(result.doubles, expected) < 1e-6)
            }
            let strided = try run("Conv", window.attributes, [x.strided, w.strided, bias])[0]
            #expect(relativeDistance(strided.doubles, expected) < 1e-6)
            let doubles = [x, w, bias].map { $0?.converted(Double.init) }
            let double = try run("Conv", window.attributes, doubles)[0]
            #expect(relativeDistance(double.doubles, expected) < 1e-14)
            let halves = [x, w, bias].map { $0?.converted(Float16.init) }
            let half = try run("Conv", window.attributes, halves)[0]
            #expect(half.elementType == .float16)
            #expect(relativeDistance(half.doubles, expected) < 2e-2)
        }
    }

    @Test(arguments: [("SAME_UPPER", [1, 0, 2, 1]), ("SAME_LOWER", [2, 1, 1, 0]), ("VALID", [0, 0, 0, 0])])
    func padsByName(name: String, pads: [Int]) throws {
        var numbers = Numbers()
        let (x, w) = (numbers.tensor(1, 2, 7, 8), numbers.tensor(3, 2, 4, 3))
        let window = Window([1, 2, 7, 8], [3, 2, 4, 3], strides: [1, 2], pads: pads)
        let (shape, expected) = reference(window, x, w, nil)
        let result = try run("Conv", ["auto_pad": .string(name), "strides": .ints([1, 2])], [x, w])[0]
        #expect(result.shape == shape)
        #expect(relativeDistance(result.doubles, expected) < 1e-6)
    }
}
