select
    tile.region_code,
    region.region_name,
    tile.tile_row,
    tile.tile_column,
    tile.source as method
from {{ ref('region_tile') }} as tile
left join {{ ref('dim_region') }} as region
    on tile.region_code = region.region_code
