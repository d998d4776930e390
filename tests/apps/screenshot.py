"""Makes a picture of a page of pier-compare: screenshot.py PAGE.html PICTURE.png [WIDTH HEIGHT]"""

import os
import sys

import browser

page, picture, *size = sys.argv[1:]
width, height = map(int, size or ("1280", "800"))
with browser.Browser() as shown:
    shown.resize(width, height)
    shown.show(os.path.abspath(page))
    with open(picture, "wb") as file:
        file.write(shown.screenshot())
