import Operators
import Tensors
import TestSupport
import Testing

@Suite struct MatMulTests {
    /// NumPy's `matmul` in double precision, for operands of two or more axes.
    static func reference(_ a: Tensor, _ b: Tensor, alpha: Double = 1) throws -> (Shape, [Double]) {
        let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
        let batch = try #require(
            Shape.broadcast(
                Shape(Array(a.shape.dimensions.dropLast(2))), Shape(Array(b.shape.dimensions.dropLast(2)))))
        let x = a.broadcast(to: Shape(batch.dimensions + [m, k])).doubles
        let y = b.broadcast(to: Shape(batch.dimensions + [k, n])).doubles
        var result: [Double] = []
        for product in 0..<batch.elementCount {
            for row in 0..<m {
                for column in 0..<n {
                    var sum = 0.0
                    for index in 0..<k {
                        sum += x[(product * m + row) * k + index] * y[(product * k + index) * n + column]
                    }
                    result.append(alpha * sum)
                }
            }
        }
        return (Shape(batch.dimensions + [m, n]), result)
    }

    private func expectProduct(_ a: Tensor, _ b: Tensor, threads: Int = 2) throws {
        let (shape, expected) = try Self.reference(a, b)
        let result = try run("MatMul", [a, b], threads: threads)[0]
        #expect(result.shape == shape)
        #expect(relativeDistance(result.doubles, expected) < 1e-6)
    }

    @Test(arguments: [0, 1, 3, 17, 130], [0, 1, 5, 64])
    func multipliesMatrices(rows: Int, inner: Int) throws {
        var numbers = Numbers()
        for columns in [0, 1, 2, 63, 64, 65, 300] {
            try expectProduct(numbers.tensor(rows, inner), numbers.tensor(inner, columns))
        }
    }

    @Test(arguments: [1, 2, 5])
    func dividesLargeProducts(threads: Int) throws {
        var numbers = Numbers()
        try expectProduct(numbers.tensor(37, 300), numbers.tensor(300, 517), threads: threads)
        try expectProduct(numbers.tensor(517, 300), numbers.tensor(300, 37), threads: threads)
        try expectProduct(numbers.tensor(1, 700), numbers.tensor(700, 1_301), threads: threads)
        try expectProduct(numbers.tensor(6, 70, 90), numbers.tensor(6, 90, 80), threads: threads)
    }

    @Test(
        arguments: [
            ([2, 3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 5]), ([3, 4], [2, 4, 5]),
            ([1, 3, 4], [2, 4, 5]), ([0, 3, 4], [4, 5]), ([2, 3, 0], [2, 0, 5]), ([2, 1, 4], [4, 5]),
        ] as [([Int], [Int])])
    func broadcastsBatches(a: [Int], b: [Int]) throws {
        var numbers = Numbers()
        try expectProduct(numbers.tensor(Shape(a)), numbers.tensor(Shape(b)))
    }

    @Test func takesVectors() throws {
        let (a, b) = (Tensor([1, 2, 3] as [Float]), Tensor([4, 5, 6] as [Float]))
        let matrix = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
        #expect(try run("MatMul", [a, b])[0].doubles == [32])
        #expect(try run("MatMul", [a, b])[0].shape == [])
        #expect(try run("MatMul", [a, matrix])[0].doubles == [22, 28])
        #expect(try run("MatMul", [matrix.transposed([1, 0]), a])[0].doubles == [22, 28])
    }

    /// A single row that is a slice which goes backwards: its stride leads nowhere.
    @Test func readsRowsOfNegativeStride() throws {
        let a = counting([3, 1])
        let b = counting([1, 5])
        let backwards = b.sliced(axis: 0, start: 0, count: 1, step: -1)
        #expect(backwards.strides[0] < 0)
        for (type, inputs) in [("Gemm", [a, backwards]), ("MatMul", [a, backwards])] {
            let plain = try run(type, [a, b])[0].array(Float.self)
            #expect(try run(type, inputs)[0].array(Float.self) == plain)
        }
    }

    /// Transposed, sliced, spread, repeated and reversed operands.
    @Test func readsStridedOperands() throws {
        var numbers = Numbers()
        let (a, b) = (numbers.tensor(40, 30), numbers.tensor(30, 50))
        for left in [a, a.strided, numbers.tensor(30, 40).transposed([1, 0])] {
            for right in [b, b.strided, numbers.tensor(50, 30).transposed([1, 0])] {
                try expectProduct(left, right)
            }
        }
        let wide = numbers.tensor(40, 90)
        try expectProduct(wide.sliced(axis: 1, start: 7, count: 30), b)
        try expectProduct(wide.sliced(axis: 1, start: 7, count: 30, step: 2), b)
        try expectProduct(wide.sliced(axis: 1, start: 29, count: 30, step: -1), b)
        try expectProduct(wide.sliced(axis: 0, start: 39, count: 40, step: -1), numbers.tensor(90, 3))
        try expectProduct(Tensor(repeating: 0.5 as Float, shape: [7, 30]), b)
        let heads = numbers.tensor(20, 4, 30).transposed([1, 0, 2])
        try expectProduct(heads, numbers.tensor(4, 30, 20))
        try expectProduct(heads, numbers.tensor(20, 4, 30).transposed([1, 2, 0]))
        try expectProduct(numbers.tensor(1, 20, 30).broadcast(to: [5, 20, 30]), numbers.tensor(5, 30, 20))
    }

    /// Matrices of few rows whose columns lie side by side, as the encoder's convolutions leave them: as many rows as a
    /// tile has, or others, with gaps between them, or weights of a batch.
    @Test(arguments: [1, 3, 4, 6, 7, 8, 13, 14, 15])
    func readsColumnsOfFewRows(rows: Int) throws {
        var numbers = Numbers()
        let a = numbers.tensor(5, 30, rows).transposed([0, 2, 1])
        let b = numbers.tensor(30, 70)
        for right in [b, b.strided, numbers.tensor(70, 30).transposed([1, 0]), b.insertingAxis(0)] {
            try expectProduct(a, right)
        }
        try expectProduct(a, numbers.tensor(5, 30, 70))
        try expectProduct(a.sliced(axis: 0, start: 1, count: 3), b)
        try expectProduct(a.sliced(axis: 0, start: 0, count: 2, step: 2), b)
        try expectProduct(a.sliced(axis: 2, start: 3, count: 17), b.sliced(axis: 0, start: 3, count: 17))
        try expectProduct(numbers.tensor(2, 3, 30, rows).transposed([0, 1, 3, 2]), b)
        let vector = Tensor(numbers.tensor(30).array(Float.self))
        let product = try run("MatMul", [a, vector])[0]
        #expect(product.shape == [5, rows])
        let (_, expected) = try Self.reference(a, vector.insertingAxis(1))
        #expect(relativeDistance(product.doubles, expected) < 1e-6)
    }

    @Test func readsUnalignedWeights() throws {
        var numbers = Numbers()
        let b = numbers.tensor(30, 50)
        let bytes = [0xFF as UInt8] + b.array(Float.self).flatMap { withUnsafeBytes(of: $0) { [UInt8]($0) } }
        let mapping = try temporaryMapping(bytes)
        let unaligned = try #require(
            Tensor(mapping: mapping, byteOffset: 1, elementType: .float32, shape: [30, 50]))
        #expect(!unaligned.isAligned)
        let a = numbers.tensor(20, 30)
        let expected = try run("MatMul", [a, b])[0].doubles
        #expect(try run("MatMul", [a, unaligned])[0].doubles == expected)
        #expect(try run("Gemm", [a, unaligned])[0].doubles == expected)
    }

    @Test func multipliesOtherTypes() throws {
        var numbers = Numbers()
        let (a, b) = (numbers.tensor(2, 7, 5), numbers.tensor(2, 5, 9))
        let expected = try Self.reference(a, b).1
        func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
            relativeDistance(try run("MatMul", [a, b])[0].doubles, expected)
        }
        #expect(try distance(a.converted(Double.init), b.converted(Double.init)) < 1e-14)
        #expect(try distance(a.converted(Float16.init), b.converted(Float16.init)) < 2e-3)
        #expect(try distance(a.converted(BFloat16.init), b.converted(BFloat16.init)) < 2e-2)
        let integers = Tensor([1, 2, -3, 4] as [Int32], shape: [2, 2])
        #expect(try run("MatMul", [integers, integers])[0].array(Int32.self) == [-5, 10, -15, 10])
        let large = Tensor([UInt64.max, 2] as [UInt64], shape: [1, 2])
        let other = Tensor([3, 5] as [UInt64], shape: [2, 1])
        #expect(try run("MatMul", [large, other])[0].array(UInt64.self) == [7])
    }

    @Test(arguments: [0, 1], [0, 1])
    func computesGemm(transA: Int, transB: Int) throws {
        var numbers = Numbers()
        let a = transA == 1 ? numbers.tensor(6, 5) : numbers.tensor(5, 6)
        let b = transB == 1 ? numbers.tensor(7, 6) : numbers.tensor(6, 7)
        let product = try Self.reference(
            transA == 1 ? a.transposed([1, 0]) : a, transB == 1 ? b.transposed([1, 0]) : b, alpha: 0.5
        ).1
        for shape in [[], [1], [7], [5, 1], [1, 7], [5, 7]] as [Shape] {
            let c = numbers.tensor(shape)
            let addends = c.broadcast(to: [5, 7]).doubles
            for beta in [0, 1, -2] as [Float] {
                let attributes: OperatorAttributes = [
                    "alpha": .float(0.5), "beta": .float(beta), "transA": .int(transA),
                    "transB": .int(transB),
                ]
                let result = try run("Gemm", attributes, [a, b, c])[0]
                let expected = zip(product, addends).map { $0 + Double(beta) * $1 }
                #expect(result.shape == [5, 7])
                #expect(relativeDistance(result.doubles, expected) < 1e-6)
            }
        }
    }
}
