"""pier-nc talks: both directions at once, half closes, one client after the other, where it comes from."""

import threading
import unittest

import netcat
from netcat import Netcat, Other, connect, digest, noise, read_all

import harness


def setUpModule():
    unittest.enterModuleContext(harness.wine_kept_up())


def in_background(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


class Streams(harness.TestCase):
    def test_both_directions_at_once(self):
        """The client half closes at the end of its input, the listener has all of it, and neither changes a byte."""
        there, back = noise(netcat.BOTH_DIRECTIONS, 1), noise(netcat.BOTH_DIRECTIONS, 2)
        with Other() as other, Netcat("-N", "127.0.0.1", str(other.port)) as client:
            client.feed(there)
            peer = other.accept()
            sender = in_background(lambda: (peer.sendall(back)))
            got = read_all(peer)  # to the half close
            sender.join(harness.PATIENCE)
            peer.close()
            self.assertEqual(client.end(), 0)
            self.assertEqual(digest(got), digest(there))
            self.assertEqual(digest(client.output), digest(back))
            self.assertEqual(client.complaints(), [])

    def test_both_directions_of_a_listener(self):
        there, back = noise(netcat.BOTH_DIRECTIONS, 3), noise(netcat.BOTH_DIRECTIONS, 4)
        with Netcat("-lvN", "127.0.0.1", "0") as server:
            server.feed(there)
            peer = connect(server.port())
            sender = in_background(lambda: peer.sendall(back))
            got = read_all(peer)
            sender.join(harness.PATIENCE)
            peer.close()
            self.assertEqual(server.end(), 0)
            self.assertEqual(digest(got), digest(there))
            self.assertEqual(digest(server.output), digest(back))

    def test_two_of_them(self):
        data = noise(netcat.BOTH_DIRECTIONS, 5)
        with Netcat("-lv", "127.0.0.1", "0") as server:
            port = server.port()
            with Netcat("-N", "127.0.0.1", str(port)) as client:
                client.feed(data)
                self.assertEqual(server.end(), 0)
                self.assertEqual(client.end(), 0)
            self.assertEqual(digest(server.output), digest(data))

    def test_the_answer_comes_after_the_half_close(self):
        with Other() as other, Netcat("-N", "127.0.0.1", str(other.port)) as client:
            client.feed(b"question")
            with other.accept() as peer:
                self.assertEqual(read_all(peer), b"question")
                peer.sendall(b"answer")
            self.assertEqual(client.end(), 0)
            self.assertEqual(client.output, b"answer")

    def test_the_end_of_input_alone_ends_nothing(self):
        with Other() as other, Netcat("127.0.0.1", str(other.port)) as client:
            client.feed(b"question")
            with other.accept() as peer:
                self.assertEqual(harness.receive_exactly(peer, 8), b"question")
                peer.settimeout(0.3)
                self.assertRaises(TimeoutError, peer.recv, 1)
                peer.sendall(b"answer")
                client.wait_for_output(b"answer")
            self.assertEqual(client.end(), 0)

    def test_a_peer_that_finishes_first_still_hears_the_rest(self):
        """As with nc of OpenBSD: a client goes on until its own input has ended."""
        with Other() as other, Netcat("-N", "127.0.0.1", str(other.port)) as client:
            with other.accept() as peer:
                peer.sendall(b"bye")
                peer.shutdown(netcat.socket.SHUT_WR)
                client.wait_for_output(b"bye")
                client.feed(b"not yet")
                self.assertEqual(read_all(peer), b"not yet")
            self.assertEqual(client.end(), 0)

    def test_a_listener_ends_with_its_client(self):
        """Whatever its own input still has."""
        with Netcat("-lv", "127.0.0.1", "0") as server:
            with connect(server.port()) as peer:
                peer.sendall(b"hello")
                peer.shutdown(netcat.socket.SHUT_WR)
                self.assertEqual(server.end(), 0)
            self.assertEqual(server.output, b"hello")

    def test_clients_one_after_the_other(self):
        """The second one waits in the system's queue, and says meanwhile what it has to say."""
        with Netcat("-lkv", "127.0.0.1", "0") as server:
            port = server.port()
            first = connect(port)
            first.sendall(b"1")
            server.wait_for_output(b"1")
            second = connect(port)
            second.sendall(b"2")
            second.shutdown(netcat.socket.SHUT_WR)
            first.sendall(b"1")
            server.wait_for_output(b"11")
            first.close()
            server.wait_for_output(b"112")
            second.close()
            for text in (b"3", b"4", b"5"):
                before = server.output
                with connect(port) as client:
                    client.sendall(text)
                server.wait_for_output(before + text)
            harness.reset(connect(port))  # one that goes like this ends nobody else
            with connect(port) as last:
                last.sendall(b"6")
                server.wait_for_output(b"1123456")
            server.interrupt()
            self.assertEqual(server.end(), 130)

    def test_standard_input_goes_to_the_client_of_the_moment(self):
        with Netcat("-lkv", "127.0.0.1", "0") as server:
            port = server.port()
            for text in (b"for the first", b"for the second"):
                with connect(port) as client:
                    client.sendall(b".")
                    server.line("a connection from")
                    server.process.stdin.write(text)
                    server.process.stdin.flush()
                    self.assertEqual(harness.receive_exactly(client, len(text)), text)
            server.interrupt()
            self.assertEqual(server.end(), 130)

    def test_no_input(self):
        with Other() as other, Netcat("-dN", "127.0.0.1", str(other.port)) as client:
            client.feed(b"nobody reads this", end=False)
            with other.accept() as peer:
                self.assertEqual(read_all(peer), b"")
                peer.sendall(b"answer")
            self.assertEqual(client.end(), 0)
            self.assertEqual(client.output, b"answer")

    def test_where_it_comes_from(self):
        with netcat.refused_port() as holder:
            port = holder.getsockname()[1]
        with Other() as other, Netcat("-vN", "-s", "127.0.0.1", "-p", str(port), "127.0.0.1", str(other.port)) as client:
            client.feed(b"")
            with other.accept() as peer:
                self.assertEqual(other.peer_name, ("127.0.0.1", port))
                self.assertEqual(read_all(peer), b"")
            client.line(f"connected to 127.0.0.1:{other.port} from 127.0.0.1:{port}")
            self.assertEqual(client.end(), 0)

    def test_names(self):
        with Other() as other, Netcat("-4N", "localhost", str(other.port)) as client:
            client.feed(b"by name")
            with other.accept() as peer:
                self.assertEqual(read_all(peer), b"by name")
            self.assertEqual(client.end(), 0)

    def test_several_ports_one_after_the_other(self):
        with Other() as one, Other() as two, Netcat("-d", "127.0.0.1", str(one.port), str(two.port)) as client:
            for other, text in ((one, b"first "), (two, b"second")):
                with other.accept() as peer:
                    peer.sendall(text)
            self.assertEqual(client.end(), 0)
            self.assertEqual(client.output, b"first second")

    def test_who_takes_slowly_holds_up_one_direction_alone(self):
        there, back = noise(netcat.BOTH_DIRECTIONS, 6), noise(8 << 20, 7)
        with Other() as other, Netcat("-N", "127.0.0.1", str(other.port), reads=False) as client:
            client.feed(there)
            with other.accept() as peer:
                sender = in_background(lambda: (peer.sendall(back), peer.shutdown(netcat.socket.SHUT_WR)))
                self.assertEqual(digest(read_all(peer)), digest(there))  # though nobody reads the output
                client.read()
                sender.join(harness.PATIENCE)
                self.assertEqual(client.end(), 0)
            self.assertEqual(digest(client.output), digest(back))


if __name__ == "__main__":
    harness.main()
