import Foundation
import Operators
import Tensors
import Testing

@Suite struct ReductionTests {
    static let functions: [(String, @Sendable ([Double]) -> Double)] = [
        ("ReduceSum", { $0.reduce(0, +) }), ("ReduceMean", { $0.reduce(0, +) / Double($0.count) }),
        ("ReduceProd", { $0.reduce(1, *) }), ("ReduceMax", { $0.reduce(-.infinity, max) }),
        ("ReduceMin", { $0.reduce(.infinity, min) }), ("ReduceL1", { $0.reduce(0) { $0 + abs($1) } }),
        ("ReduceL2", { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
        ("ReduceSumSquare", { $0.reduce(0) { $0 + $1 * $1 } }),
        ("ReduceLogSumExp", { log($0.reduce(0) { $0 + exp($1) }) }),
    ]

    @Test(arguments: functions.map(\.0), [0, 1, 7, 8, 9, 2_049])
    func lastAndFirstAxis(name: String, length: Int) throws {
        let function = try #require(Self.functions.first { $0.0 == name }).1
        let data = varied([3, length])
        let rows = (0..<3).map { data.selecting(axis: 0, index: $0).array(Float.self).map(Double.init) }
        let attributes: OperatorAttributes = ["keepdims": .int(0)]
        let last = try call(name, [data, int64s(-1)], attributes, threads: 3)[0]
        let first = try call(name, [data.transposed([1, 0]), int64s(0)], attributes)[0]
        #expect(last.shape == [3])
        #expect(first.doubles == last.doubles || length == 0)
        for (found, expected) in zip(last.doubles, rows.map(function)) {
            // Sums of both signs cancel: relative to the terms, the last bit is what can be asked for.
            let scale =
                name.hasSuffix("Sum") || name.hasSuffix("Mean") ? max(4, abs(expected)) : abs(expected)
            #expect(
                found == expected || found.isNaN && expected.isNaN || abs(found - expected) <= 2e-7 * scale)
        }
    }

    @Test func meansOfLongRowsAreAccurate() throws {
        let data = Tensor((0..<1 << 20).map { Float($0 % 1000) + 0.1 })
        let exact = data.array(Float.self).reduce(0.0) { $0 + Double($1) } / Double(1 << 20)
        let mean = Double(try call("ReduceMean", [data])[0].array(Float.self)[0])
        #expect(abs(mean - exact) <= 6e-8 * exact)
    }

    @Test func axesAndShapes() throws {
        let data = counting([2, 3, 4])
        #expect(try call("ReduceSum", [data])[0].shape == [1, 1, 1])
        #expect(try call("ReduceSum", [data], ["keepdims": .int(0)])[0].array(Float.self) == [276])
        let middle = try call("ReduceSum", [data], ["axes": .ints([0, -1])], opset: 11)[0]
        #expect(middle.shape == [1, 3, 1] && middle.array(Float.self) == [60, 92, 124])
        let none = Tensor([Int64]())
        #expect(
            try call("ReduceSum", [data, none], ["noop_with_empty_axes": .int(1)])[0].shape == [2, 3, 4])
        #expect(try call("ReduceSum", [data, none])[0].shape == [1, 1, 1])
        #expect(try call("ReduceMax", [Tensor(scalar: Float(4))])[0].array(Float.self) == [4])
    }

    @Test func integersAndNarrowTypes() throws {
        let data = int64s(7, -2, .max)
        #expect(try call("ReduceSum", [data])[0].array(Int64.self) == [.min + 4])
        #expect(try call("ReduceMax", [data])[0].array(Int64.self) == [.max])
        #expect(try call("ReduceMean", [int64s(7, -2)])[0].array(Int64.self) == [2])
        #expect(try call("ReduceL2", [int64s(3, 4)])[0].array(Int64.self) == [5])
        #expect(try call("ReduceMax", [Tensor([false, true])])[0].array(Bool.self) == [true])
        let empty = Tensor([Int8]())
        #expect(try call("ReduceMax", [empty])[0].array(Int8.self) == [.min])
        #expect(try call("ReduceMin", [empty])[0].array(Int8.self) == [.max])
        #expect(try call("ReduceMin", [Tensor([UInt32]())])[0].array(UInt32.self) == [.max])
        let largest = try call("ReduceLogSumExp", [Tensor([Float(1000), 1000])])[0]
        #expect(largest.array(Float.self) == [1000 + Float(log(2.0))])
        let infinite = try call("ReduceLogSumExp", [Tensor([Float.infinity, -.infinity])])[0]
        #expect(infinite.array(Float.self) == [.infinity])
    }

    @Test func places() throws {
        let data = Tensor([Float(1), 5, 5, 0, 0, 2], shape: [2, 3])
        #expect(try call("ArgMax", [data], ["axis": .int(-1)])[0].array(Int64.self) == [1, 2])
        let last: OperatorAttributes = ["axis": .int(1), "select_last_index": .int(1), "keepdims": .int(0)]
        #expect(try call("ArgMax", [data], last)[0].array(Int64.self) == [2, 2])
        #expect(try call("ArgMin", [data], last)[0].array(Int64.self) == [0, 1])
        #expect(try call("ArgMin", [data])[0].array(Int64.self) == [1, 1, 1])
        let nan = Tensor([Float(1), .nan, 3, .nan])
        #expect(try call("ArgMax", [nan])[0].array(Int64.self) == [1])
        #expect(try call("ArgMin", [nan])[0].array(Int64.self) == [1])
    }

    @Test func cumulativeSums() throws {
        let data = counting([2, 3])
        let axis = Tensor(scalar: Int64(-1))
        #expect(try call("CumSum", [data, axis])[0].array(Float.self) == [0, 1, 3, 3, 7, 12])
        let exclusive = try call("CumSum", [data, axis], ["exclusive": .int(1)])[0]
        #expect(exclusive.array(Float.self) == [0, 0, 1, 0, 3, 7])
        let reverse = try call("CumSum", [data, axis], ["reverse": .int(1)])[0]
        #expect(reverse.array(Float.self) == [3, 3, 2, 12, 9, 5])
        #expect(
            try call("CumSum", [data, Tensor(scalar: Int32(0))])[0].array(Float.self) == [0, 1, 2, 3, 5, 7])
    }

    @Test func greatestElements() throws {
        let data = Tensor([Float(1), 4, 4, .nan, 0, 2], shape: [2, 3])
        let top = try call("TopK", [data, int64s(2)], outputs: 2)
        #expect(top[1].array(Int64.self) == [1, 2, 0, 2])
        #expect(top[0].array(Float.self)[..<2] == [4, 4] && top[0].array(Float.self)[2].isNaN)
        let least = try call("TopK", [data, int64s(1)], ["largest": .int(0), "axis": .int(0)], outputs: 2)
        #expect(least[1].array(Int64.self) == [0, 1, 1])
        #expect(least[0].array(Float.self) == [1, 0, 2])
        #expect(try call("TopK", [data], ["k": .int(0)], opset: 1, outputs: 2)[0].shape == [2, 0])
    }
}
