// Reads a log over HTTP with Go's own packages for transparency logs (golang.org/x/mod/sumdb/{note,tlog}) and checks
// everything they can check: the signed checkpoint, the tree's hash at many sizes, a proof for every record, proofs of
// growth between many sizes, and every entry against its hash. None of the platform's code takes part.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height   = 8
	width    = 1 << height
	hashSize = tlog.HashSize
)

type told struct {
	Origin  string           `json:"origin"`
	Size    int64            `json:"size"`
	Root    string           `json:"root"`
	Roots   map[int64]string `json:"roots"`
	Records int              `json:"records"`
	Growths int              `json:"growths"`
	Tiles   int              `json:"tiles"`
}

func get(base, path string) ([]byte, error) {
	answer, err := http.Get(base + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 1<<25))
}

// place spells the path of a tile as tlog-tiles does; Go's own paths name the height and count levels the same way.
func place(level string, n int64, w int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if w < width {
		path += ".p/" + strconv.Itoa(w)
	}
	return "tile/" + level + "/" + path
}

// tiles lets Go's reader of authenticated tiles read ours.
type tiles struct {
	base string
	kept map[tlog.Tile][]byte
	read int
}

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		if data, ok := t.kept[tile]; ok {
			found[i] = data
			continue
		}
		data, err := get(t.base, place(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*hashSize {
			return nil, fmt.Errorf("%v has %d bytes", tile, len(data))
		}
		t.read++
		found[i] = data
	}
	return found, nil
}

// SaveTiles is called with tiles that have been authenticated.
func (t *tiles) SaveTiles(good []tlog.Tile, data [][]byte) {
	for i, tile := range good {
		t.kept[tile] = data[i]
	}
}

func checkpoint(base, vkey string) (origin string, tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", tree, err
	}
	raw, err := get(base, "checkpoint")
	if err != nil {
		return "", tree, err
	}
	signed, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return "", tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return "", tree, fmt.Errorf("not a checkpoint of %s: %q", verifier.Name(), signed.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return "", tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return lines[0], tree, err
}

func bundle(base string, index int64, w int) ([][]byte, error) {
	data, err := get(base, place("entries", index, w))
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, fmt.Errorf("bundle %d is cut short", index)
		}
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			return nil, fmt.Errorf("bundle %d is cut short", index)
		}
		found, data = append(found, data[2:2+n]), data[2+n:]
	}
	if len(found) != w {
		return nil, fmt.Errorf("bundle %d has %d entries instead of %d", index, len(found), w)
	}
	return found, nil
}

func check(base, vkey string, sizes []int64) (*told, error) {
	origin, tree, err := checkpoint(base, vkey)
	if err != nil {
		return nil, err
	}
	source := &tiles{base: base, kept: map[tlog.Tile][]byte{}}
	hashes := tlog.TileHashReader(tree, source)
	out := &told{Origin: origin, Size: tree.N, Root: tree.Hash.String(), Roots: map[int64]string{}}

	whole, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return nil, err
	}
	if whole != tree.Hash {
		return nil, fmt.Errorf("the tiles give another hash than the one signed")
	}

	// Every entry is read, hashed, and proved to be in the tree at its place.
	for first := int64(0); first < tree.N; first += width {
		w := width
		if tree.N-first < width {
			w = int(tree.N - first)
		}
		entries, err := bundle(base, first/width, w)
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			n := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, n, hashes)
			if err != nil {
				return nil, fmt.Errorf("record %d: %w", n, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry)); err != nil {
				return nil, fmt.Errorf("record %d: %w", n, err)
			}
			out.Records++
		}
	}

	// The tree at earlier sizes, and the growth between each of them and the present one.
	for _, n := range append(sizes, tree.N) {
		if n < 1 || n > tree.N {
			continue
		}
		old, err := tlog.TreeHash(n, hashes)
		if err != nil {
			return nil, fmt.Errorf("size %d: %w", n, err)
		}
		out.Roots[n] = base64.StdEncoding.EncodeToString(old[:])
		proof, err := tlog.ProveTree(tree.N, n, hashes)
		if err != nil {
			return nil, fmt.Errorf("growth from %d: %w", n, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, n, old); err != nil {
			return nil, fmt.Errorf("growth from %d: %w", n, err)
		}
		out.Growths++
	}
	out.Tiles = source.read
	return out, nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: reader ADDRESS VKEY [SIZE ...]")
		os.Exit(2)
	}
	var sizes []int64
	for _, text := range os.Args[3:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		sizes = append(sizes, n)
	}
	found, err := check(strings.TrimSuffix(os.Args[1], "/"), os.Args[2], sizes)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		os.Exit(1)
	}
}
