import Operators
import Tensors
import Testing

@Suite struct RotaryEmbeddingTests {
    @Test(arguments: [2, 4, 6, 34], [0, 1])
    func turnsPairs(size: Int, interleaved: Int) throws {
        var numbers = Numbers()
        let (batch, length, heads) = (2, 3, 2)
        let x = numbers.tensor(batch, length, heads * size)
        for half in [1, size / 2] {
            let (cosines, sines) = (numbers.tensor(9, half), numbers.tensor(9, half))
            let positions = [0, 8, 3, 3, 1, 7]
            var expected = x.doubles
            for row in 0..<batch * length * heads {
                let table = positions[row / heads]
                for index in 0..<half {
                    let first = row * size + (interleaved == 1 ? 2 * index : index)
                    let second = interleaved == 1 ? first + 1 : first + half
                    let (real, imaginary) = (expected[first], expected[second])
                    let cosine = cosines.doubles[table * half + index]
                    let sine = sines.doubles[table * half + index]
                    expected[first] = real * cosine - imaginary * sine
                    expected[second] = real * sine + imaginary * cosine
                }
            }
            let ids = Tensor(positions.map(Int64.init), shape: [batch, length])
            let attributes: OperatorAttributes = [
                "interleaved": .int(interleaved), "num_heads": .int(heads),
                "rotary_embedding_dim": .int(half * 2 == size ? 0 : 2 * half),
            ]
            let result = try run("RotaryEmbedding", opset: 23, attributes, [x.strided, cosines, sines, ids])
            #expect(relativeDistance(result[0].doubles, expected) < 1e-6)
            let contrib = try run(
                "RotaryEmbedding", domain: "com.microsoft", attributes, [x, ids, cosines, sines])
            #expect(relativeDistance(contrib[0].doubles, expected) < 1e-6)

            // By heads first, and with a row of the tables for each place.
            let view = x.reshaped([batch, length, heads, size]).transposed([0, 2, 1, 3])
            let byHeads = try run("RotaryEmbedding", opset: 23, attributes, [view, cosines, sines, ids])[0]
            #expect(relativeDistance(byHeads.transposed([0, 2, 1, 3]).doubles, expected) < 1e-6)
            func places(_ table: Tensor) -> Tensor {
                let values = table.array(Float.self)
                return Tensor(
                    positions.flatMap { values[$0 * half..<($0 + 1) * half] }, shape: [batch, length, half])
            }
            let placed = try run(
                "RotaryEmbedding", opset: 23, attributes, [x, places(cosines), places(sines)])[0]
            #expect(relativeDistance(placed.doubles, expected) < 1e-6)
        }
    }

    @Test func checksPositions() throws {
        var numbers = Numbers()
        let (x, table) = (numbers.tensor(1, 2, 8), numbers.tensor(5, 2))
        for positions in [[-1, 0], [0, 5], [0, .max], [0], [0, 1, 2]] as [[Int64]] {
            #expect(throws: OperatorError.self) {
                try run(
                    "RotaryEmbedding", opset: 23, ["num_heads": .int(2)],
                    [x, table, table, Tensor(positions, shape: [1, positions.count])])
            }
        }
        for first in [-1, 4, .max] as [Int64] {
            #expect(throws: OperatorError.self) {
                try run("RotaryEmbedding", domain: "com.microsoft", [x, Tensor([first]), table, table])
            }
        }
    }
}
